import numpy as np

from mmm_core.engine.ledger import build_ledger
from mmm_core.entities.columns import OutcomeKind
from tests.posterior_data import demo_posterior


def test_the_ledger_of_the_averaged_estimate_has_its_numbers() -> None:
    posterior = demo_posterior()
    rows = build_ledger(posterior.model_set, OutcomeKind.REVENUE).channels
    for ours in ("contribution", "roas"):
        np.testing.assert_allclose(rows[ours], posterior.channels[ours], rtol=1e-9)
    for ours in ("contribution_low", "contribution_high", "roas_low", "roas_high"):
        np.testing.assert_allclose(rows[ours], posterior.channels[ours], rtol=0.05, atol=1e-6)


def test_weekly_means_of_the_averaged_estimate_add_up_to_its_contributions() -> None:
    models = demo_posterior().model_set
    np.testing.assert_allclose(models.weekly.sum(axis=0), models.contributions.mean(axis=0), rtol=1e-6, atol=1e-3)


def test_carry_over_of_the_averaged_estimate_is_a_part_of_its_contributions() -> None:
    models = demo_posterior().model_set
    whole = models.media_contributions.mean(axis=0)
    assert np.all(models.carry_over >= 0)
    assert np.all(models.carry_over <= whole * (1 + 1e-9))
    assert models.carry_over.sum() > 0
