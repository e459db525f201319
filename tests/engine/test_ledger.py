import numpy as np
import pytest

from mmm_core.engine.ledger import build_ledger
from mmm_core.engine.model_sets import set_of_model
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import SetKind
from tests.engine.test_model_sets import fitted
from tests.set_builders import random_model_set


def test_the_ledger_of_one_model_has_the_models_own_numbers() -> None:
    design, model = fitted()
    ledger = build_ledger(set_of_model(design, model, name="m", label="m"), OutcomeKind.REVENUE)
    paid = ledger.channels.loc[ledger.channels["is_paid"]].set_index("channel")
    for column, own in (
        ("roas", model.roas),
        ("effect_share", model.effect_share),
        ("spend_share", model.spend_share),
        ("spend", model.total_spend),
    ):
        np.testing.assert_allclose(paid[column], list(own.values()), rtol=1e-9)
    shares = [model.carry_over_share[name] for name in design.media_names]
    np.testing.assert_allclose(ledger.channels["carry_over_share"], shares, rtol=1e-9)
    assert ledger.fitted_total == pytest.approx(model.fitted.sum())


def test_terms_and_channels_add_up_to_the_whole() -> None:
    ledger = build_ledger(random_model_set(6, 3, n_organic=1), OutcomeKind.REVENUE)
    assert ledger.terms["contribution"].sum() == pytest.approx(ledger.fitted_total)
    assert ledger.terms["share"].sum() == pytest.approx(1.0)
    paid = ledger.channels[ledger.channels["is_paid"]]
    assert paid["contribution"].sum() == pytest.approx(ledger.paid_total)
    assert (paid["roas"] * paid["spend"]).sum() == pytest.approx(ledger.paid_total)


def test_cost_and_return_are_each_others_inverse_with_the_ends_changed() -> None:
    paid = build_ledger(random_model_set(6, 3), OutcomeKind.CONVERSION).channels
    np.testing.assert_allclose(paid["cpa"] * paid["roas"], 1.0)
    np.testing.assert_allclose(paid["cpa_low"] * paid["roas_high"], 1.0)
    assert (paid["cpa_low"] <= paid["cpa_high"]).all()


def test_a_channel_that_wins_nothing_in_some_models_has_an_infinite_cost_that_is_counted() -> None:
    model_set = random_model_set(4, 2)
    model_set.contributions[1:3, -2] = 0.0
    row = build_ledger(model_set, OutcomeKind.CONVERSION).channels.iloc[0]
    assert row["n_infinite_cpa"] == 2
    assert row["cpa_high"] == np.inf
    assert np.isfinite(row["cpa"])


def test_organic_media_have_no_return_and_no_cost() -> None:
    organic = build_ledger(random_model_set(3, 2, n_organic=1), OutcomeKind.REVENUE).channels.iloc[-1]
    assert organic[["spend", "roas", "cpa", "marginal_roas", "effect_share"]].isna().all()
    assert organic["contribution"] > 0


def test_a_posterior_has_its_middle_95_percent_and_refits_their_middle_90() -> None:
    spread = random_model_set(200, 1, kind=SetKind.SPREAD, point=None)
    for kind, share in ((SetKind.SAMPLING, 0.05), (SetKind.POSTERIOR, 0.025)):
        ledger = build_ledger(random_model_set(200, 1, kind=kind, point=None), OutcomeKind.REVENUE)
        low = np.quantile(spread.media_contributions[:, 0], share, method="hazen")
        assert ledger.channels["contribution_low"].iloc[0] == pytest.approx(low)
