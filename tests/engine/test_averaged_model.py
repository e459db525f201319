import functools

import numpy as np
import pytest

from mmm_core.engine.averaged_model import averaged_model
from mmm_core.engine.ledger import build_ledger
from mmm_core.entities.columns import AdstockKind, OutcomeKind
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.posterior import Posterior
from tests.posterior_data import market, market_table, sample_briefly


@functools.cache
def averaged(kind: AdstockKind = AdstockKind.GEOMETRIC) -> tuple[Posterior, FittedModel]:
    posterior = sample_briefly(market(market_table(100, 2), adstock=kind))
    return posterior, averaged_model(posterior)


@pytest.mark.parametrize("kind", list(AdstockKind))
def test_the_average_as_a_model_has_the_ledgers_numbers(kind: AdstockKind) -> None:
    posterior, model = averaged(kind)
    ledger = build_ledger(posterior.model_set, OutcomeKind.REVENUE)
    rows = ledger.channels.set_index("channel")
    for theirs, column in (
        (model.roas, "roas"),
        (model.effect_share, "effect_share"),
        (model.carry_over_share, "carry_over_share"),
    ):
        np.testing.assert_allclose(list(theirs.values()), rows[column], rtol=1e-6)
    terms = ledger.terms.set_index("term")["contribution"]
    np.testing.assert_allclose(model.weekly.sum()[terms.index], terms, rtol=1e-6, atol=1e-3)


def test_immediate_and_carried_parts_add_up_week_by_week() -> None:
    posterior, model = averaged()
    media = list(posterior.model_set.design.media_names)
    np.testing.assert_allclose(model.immediate + model.carry_over, model.weekly[media], rtol=1e-9, atol=1e-6)
    assert (model.carry_over.to_numpy() >= 0).all()
    assert (model.immediate.to_numpy() >= -1e-6).all()


def test_the_average_explains_a_market_it_was_made_for() -> None:
    model = averaged()[1]
    assert 0.7 < model.metrics["rsq_train"] <= 1
    residual = model.outcome - model.fitted
    assert model.metrics["nrmse"] == pytest.approx(np.sqrt((residual**2).mean()) / np.ptp(model.outcome))
    assert set(model.part) == {"train"}
