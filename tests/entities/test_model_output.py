import numpy as np
import pytest

from mmm_core.entities.model_output import ModelOutput
from mmm_core.errors import SettingsError
from tests.search_builders import metrics_of, output_of


def two_trials() -> ModelOutput:
    return output_of([metrics_of(nrmse=[0.1, 0.2, 0.3]), metrics_of(nrmse=[0.4, 0.5])])


def test_a_reduced_output_keeps_order_ids_and_numbers_of_its_models() -> None:
    whole = two_trials()
    reduced = whole.reduced_to(["2_2", "1_3", "1_1"])
    assert reduced.solution_ids == ["1_1", "1_3", "2_2"]
    assert reduced.metric("nrmse").tolist() == [0.1, 0.3, 0.5]
    np.testing.assert_array_equal(reduced.roas, whole.roas[[0, 2, 4]])


def test_only_an_output_whose_models_were_chosen_counts_as_reduced() -> None:
    whole = two_trials()
    assert not whole.is_reduced
    assert whole.reduced_to(whole.solution_ids).is_reduced


def test_an_output_reduced_twice_still_has_the_first_ids() -> None:
    assert two_trials().reduced_to(["1_3", "2_2"]).reduced_to(["2_2"]).solution_ids == ["2_2"]


def test_the_table_of_a_reduced_output_says_when_its_models_were_tried() -> None:
    frame = two_trials().reduced_to(["1_3", "2_2"]).to_frame()
    assert frame[["solution_id", "trial", "iteration"]].to_numpy().tolist() == [["1_3", 1, 3], ["2_2", 2, 2]]


def test_a_model_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="no model '3_1' among these 5"):
        two_trials().reduced_to(["1_1", "3_1"])
