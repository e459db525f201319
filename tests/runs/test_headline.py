import dataclasses

import numpy as np
import pytest

from mmm_core.entities.run_result import RunResult
from mmm_core.runs.headline import summarise
from tests.store.builders import run_result


def with_contributions(value: float) -> RunResult:
    result = run_result()
    output = result.collection.model_output
    changed = []
    for trial in output.trials:
        contributions = trial.contributions.copy()
        contributions[:, output.term_names.index("tv_spend")] = value
        changed.append(dataclasses.replace(trial, contributions=contributions))
    output = dataclasses.replace(output, trials=tuple(changed))
    return dataclasses.replace(result, collection=dataclasses.replace(result.collection, model_output=output))


@pytest.mark.parametrize(
    ("contribution", "sentence"),
    [
        (5.0, "TV brings 100% of paid conversions; 10 models searched before the stop, 2 on the chosen fronts"),
        (0.0, "No paid channel is credited with anything; 10 models searched before the stop, 2 on the chosen fronts"),
    ],
)
def test_the_headline_says_who_brings_what_and_how_much_was_tried(contribution: float, sentence: str) -> None:
    assert summarise(with_contributions(contribution)) == sentence


def with_two_channels() -> RunResult:
    """The same result, with the organic channel paid for too."""
    result = with_contributions(5.0)
    output = result.collection.model_output
    paid = dataclasses.replace(
        output,
        paid_names=(*output.paid_names, *output.organic_names),
        organic_names=(),
        total_spend=np.ones(len(output.paid_names) + len(output.organic_names)),
    )
    return dataclasses.replace(result, collection=dataclasses.replace(result.collection, model_output=paid))


def test_the_headline_never_names_every_paid_channel_when_there_are_several() -> None:
    result = with_two_channels()
    assert len(result.collection.model_output.paid_names) == 2
    assert " and " not in summarise(result)
