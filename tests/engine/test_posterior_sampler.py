"""The averaged estimate on markets whose truth is known, and what its answer is made of."""

import datetime as dt

import numpy as np
import pytest

from mmm_core.engine.ledger import build_ledger
from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.entities.columns import AdstockKind, ContextColumn, OrganicMedia, Outcome, OutcomeKind, PaidMedia, Sign
from mmm_core.entities.settings import MarkedPeriods, Treatment, Window
from mmm_core.errors import BoundsError
from tests.posterior_data import demo_posterior, demo_truth, market, market_table, sample_briefly


def test_the_demo_gets_its_true_returns_within_a_fifth_on_average() -> None:
    channels, truth = demo_posterior().channels.set_index("channel"), demo_truth()
    errors = [abs(channels.roas[name] / roas - 1.0) for name, roas in truth.items()]
    assert len(errors) == 5
    assert np.mean(errors) <= 0.20


def test_every_true_return_of_the_demo_lies_inside_its_interval() -> None:
    channels = demo_posterior().channels.set_index("channel")
    assert all(channels.roas_low[name] < roas < channels.roas_high[name] for name, roas in demo_truth().items())


def test_the_chains_of_the_demo_come_together() -> None:
    posterior = demo_posterior()
    assert posterior.diagnostics.r_hat.max() < 1.05
    assert posterior.diagnostics.sample_size.min() > 100
    assert posterior.sweeps == 1000
    assert posterior.warnings == ()


def test_the_demo_is_split_into_what_it_was_made_of() -> None:
    models = demo_posterior().model_set
    assert models.term_names[:6] == ("intercept", "trend", "season", "holiday", "competitor_index", "promo_event")
    np.testing.assert_allclose(models.weekly.sum(axis=0), models.contributions.mean(axis=0), atol=1.0)
    assert models.weekly.sum() == pytest.approx(models.design.outcome.sum(), rel=0.002)
    noise = models.design.outcome - models.weekly.sum(axis=1)
    assert noise.std() == pytest.approx(np.median(demo_posterior().sigma), rel=0.15)


def test_response_curves_of_a_draw_give_its_contribution() -> None:
    posterior = demo_posterior()
    design, curves = posterior.model_set.design, posterior.model_set.curves
    draw, theta = 17, posterior.theta[17, 3]
    pressure = design.media[:, 3].copy()
    for t in range(1, len(pressure)):
        pressure[t] += theta * pressure[t - 1]
    power, half = pressure ** curves.alpha[draw, 3], curves.inflexion[draw, 3] ** curves.alpha[draw, 3]
    contribution = float((curves.coefficient[draw, 3] * power / (power + half)).sum())
    assert contribution == pytest.approx(posterior.model_set.media_contributions[draw, 3], rel=1e-6)
    assert curves.carried[draw, 3] == pytest.approx((pressure - design.media[:, 3]).mean(), rel=1e-9)


def test_the_ledger_shows_the_same_contributions_and_intervals() -> None:
    posterior = demo_posterior()
    ledger = build_ledger(posterior.model_set, OutcomeKind.REVENUE)
    for name in ("spend", "contribution", "contribution_low", "contribution_high", "roas_low", "roas_high"):
        np.testing.assert_allclose(ledger.channels[name], posterior.channels[name], rtol=1e-12)
    television = ledger.channels.iloc[0]
    assert television["carry_over_share"] == pytest.approx(23_940_126 / 36_399_529, rel=0.15)
    assert ledger.interval_label == "about 90% (posterior)"


def test_the_representative_draw_is_near_the_mean_and_the_prior_stands_beside_it() -> None:
    posterior = demo_posterior()
    media = posterior.model_set.media_contributions
    distance = np.linalg.norm(media - media.mean(axis=0), axis=1)
    assert distance[posterior.representative] == distance.min()
    width = posterior.channels.roas_high - posterior.channels.roas_low
    prior_width = posterior.channels.prior_roas_high - posterior.channels.prior_roas_low
    assert (width[:5] < 0.7 * prior_width[:5]).all()
    assert posterior.media_share[1] < 101_000_000 / 288_809_952 < posterior.media_share[2]


def test_a_seed_gives_the_same_bits_on_any_number_of_cores() -> None:
    data = market()
    one, two = sample_briefly(data, cores=1, seed=5), sample_briefly(data, cores=2, seed=5)
    for name in ("theta", "alpha", "gamma", "returns", "sigma", "common_return", "stiffness"):
        assert (getattr(one, name) == getattr(two, name))[~np.isnan(getattr(one, name))].all()
    assert (one.model_set.contributions == two.model_set.contributions).all()
    assert not (one.returns == sample_briefly(data, seed=6).returns).all()


def test_progress_ends_at_one_and_what_it_raises_ends_the_run() -> None:
    seen: list[float] = []
    sample_briefly(market(), progress=seen.append)
    assert seen[-1] == 1.0

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PosteriorSampler().sample(market(), sweeps=200_000, burn_in=100, progress=stop)


def test_chains_that_have_not_come_together_go_on() -> None:
    posterior = sample_briefly(market(), sweeps=30, burn_in=10, thin=1)
    assert (posterior.sweeps, posterior.burn_in, posterior.thin) == (90, 30, 3)
    assert posterior.n_draws == 2 * 20


@pytest.mark.parametrize(
    ("option", "match"),
    [({"chains": 1}, "at least 2"), ({"sweeps": 100, "burn_in": 99}, "got 100 sweeps"), ({"cores": 0}, "got 0")],
)
def test_impossible_options_are_refused_by_name(option: dict[str, int], match: str) -> None:
    with pytest.raises(BoundsError, match=match):
        PosteriorSampler().sample(market(), **option)


def test_bounds_of_the_user_cut_the_prior() -> None:
    bounds = {"c0": {"theta": (0.2, 0.3), "alpha": (1.0, 1.0)}}
    posterior = sample_briefly(market(bounds=bounds))
    assert 0.2 <= posterior.theta[:, 0].min() < posterior.theta[:, 0].max() <= 0.3
    assert (posterior.alpha[:, 0] == 1.0).all()
    assert posterior.theta[:, 1].min() < 0.2


def test_a_channel_that_can_only_harm_gets_a_negative_contribution() -> None:
    table = market_table()
    table["y"] = 3000.0 - table["y"]
    signs = {"c0": Sign.NEGATIVE, "c1": Sign.NEGATIVE, "c2": Sign.DEFAULT}
    paid = tuple(PaidMedia(spend=name, sign=sign) for name, sign in signs.items())
    channels = sample_briefly(market(table, paid_media=paid)).channels
    assert (channels.contribution_high[:2] <= 0.0).all()
    assert channels.contribution[2] < 0.0
    assert (channels.roas < -0.5).all()


@pytest.mark.parametrize("kind", [AdstockKind.WEIBULL_CDF, AdstockKind.WEIBULL_PDF])
def test_weibull_channels_are_sampled_within_their_bounds(kind: AdstockKind) -> None:
    posterior = sample_briefly(market(adstock=kind))
    assert np.isnan(posterior.theta).all()
    assert 0.0 <= posterior.scale.min() < posterior.scale.max() <= 0.1
    assert set(posterior.diagnostics["quantity"][:4]) == {"shape", "scale", "alpha", "gamma"}
    assert posterior.channels.roas.between(0.5, 3.0).all()


def test_organic_media_have_a_contribution_but_no_return_on_spend() -> None:
    table = market_table().rename(columns={"c2": "mail"})
    channels = sample_briefly(market(table, organic=(OrganicMedia(column="mail"),))).channels
    assert channels.is_paid.tolist() == [True, True, False]
    assert channels.contribution[2] > 5_000.0
    assert channels.loc[2, ["spend", "roas", "probability_below_break_even"]].isna().all()


def test_an_exposure_is_modelled_and_its_spend_is_the_base_of_the_return() -> None:
    table = market_table()
    table["impressions"] = table["c0"] * 7.0
    paid = (PaidMedia(spend="c0", exposure="impressions"), PaidMedia(spend="c1"), PaidMedia(spend="c2"))
    by_exposure, by_spend = sample_briefly(market(table, paid_media=paid)), sample_briefly(market(table))
    np.testing.assert_allclose(by_exposure.channels.roas, by_spend.channels.roas, rtol=0.1)
    assert by_exposure.channels.spend[0] == pytest.approx(table["c0"].sum())


def test_conversions_have_no_break_even_unless_the_user_gives_one() -> None:
    count = Outcome(column="y", kind=OutcomeKind.CONVERSION)
    assert sample_briefly(market(outcome=count)).channels.probability_below_break_even.isna().all()
    given = sample_briefly(market(outcome=Outcome(column="y", break_even_roas=100.0)))
    assert (given.channels.probability_below_break_even == 1.0).all()
    assert sample_briefly(market()).break_even_roas == 1.0


def test_weeks_left_out_do_not_matter_and_marked_ones_get_a_column() -> None:
    table = market_table()
    table.loc[60:63, "y"] = 0.0
    days = {"start": dt.date(2021, 3, 1), "end": dt.date(2021, 3, 28), "reason": "shop closed"}
    left_out = sample_briefly(market(table, marked=(MarkedPeriods(**days, treatment=Treatment.LEAVE_OUT),)))
    event = sample_briefly(market(table, marked=(MarkedPeriods(**days),)))
    assert len(left_out.model_set.design.rows) == 116
    assert event.model_set.term_names[3] == "shop closed"
    assert event.model_set.weekly[60:64, 3].mean() == pytest.approx(-1300.0, rel=0.2)
    np.testing.assert_allclose(left_out.channels.roas, event.channels.roas, rtol=0.2)


def test_carry_over_comes_into_the_window_from_before() -> None:
    window = Window(start=dt.date(2020, 6, 1), end=dt.date(2022, 4, 18))
    posterior = sample_briefly(market(window=window))
    assert posterior.model_set.weekly.shape[0] == 99
    assert posterior.channels.roas.between(0.8, 3.0).all()


def test_a_sign_for_context_is_said_to_be_unused() -> None:
    table = market_table()
    table["price"] = np.linspace(1.0, 2.0, len(table)) + np.sin(np.arange(len(table)))
    notes = sample_briefly(market(table, context=(ContextColumn(column="price", sign=Sign.NEGATIVE),))).notes
    assert any("price" in note for note in notes)
