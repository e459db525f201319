"""From draws to the averaged estimate: tables, the model set, diagnostics."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.model_sets import units_per_spend
from mmm_core.engine.posterior_chains import GOOD_R_HAT, ChainDraws
from mmm_core.engine.posterior_problem import PosteriorProblem
from mmm_core.engine.posterior_warnings import Evidence, find_warnings
from mmm_core.engine.set_intervals import POSTERIOR_SHARES
from mmm_core.entities.columns import AdstockKind, Outcome, OutcomeKind
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_set import MediaCurves, ModelSet, SetKind
from mmm_core.entities.posterior import CHANNEL_COLUMNS, DIAGNOSTIC_COLUMNS, REPORTED, Posterior
from mmm_core.kernels.intervals import weighted_quantile
from mmm_core.kernels.mixing import bulk_sample_size, rank_r_hat
from mmm_core.kernels.sampler_media import ALPHA, DECAY, GAMMA, SCALE
from mmm_core.kernels.sampler_state import SamplerPrior
from mmm_core.kernels.sampler_summary import Description, Draws

_N_PRIOR = 20_000
_PRIOR_SEED = 20240229


class _Ranges(NamedTuple):
    """Median, low and high end over draws, each shape (n_quantities,)."""

    middle: FloatArray
    low: FloatArray
    high: FloatArray


def summarise(
    data: MMMDataCollection,
    problem: PosteriorProblem,
    result: ChainDraws,
    description: Description,
    *,
    seed: int,
    seconds: float,
) -> Posterior:
    """Put the averaged estimate together.

    Args:
        data: What was modelled.
        problem: As the sampler was asked.
        result: Draws of all chains.
        description: The draws in full.
        seed: Of the chains.
        seconds: Time the sampling took.
    """
    design, draws, plan = problem.design, result.draws, result.plan
    models = _model_set(problem, draws, description)
    prior = draw_prior_returns(problem.prior, _N_PRIOR) * problem.size
    break_even = _break_even(data.settings.outcome)
    total = float(np.abs(design.outcome[design.rows]).sum())
    share = models.media_contributions.sum(axis=1) / total
    prior_share = prior.sum(axis=1) / total
    diagnostics = _diagnostics(problem, draws, models, plan.chains)
    worst = diagnostics.loc[diagnostics["quantity"].isin(REPORTED), "r_hat"].max()
    evidence = Evidence(share=share, prior_share=prior_share, worst_r_hat=float(worst))
    is_geometric = np.array([kind is AdstockKind.GEOMETRIC for kind in design.adstock])
    decay = draws.parameters[:, :, DECAY]
    means = models.media_contributions.mean(axis=0)
    return Posterior(
        model_set=models,
        theta=np.where(is_geometric, decay, np.nan),
        shape=np.where(is_geometric, np.nan, decay),
        scale=np.where(is_geometric, np.nan, draws.parameters[:, :, SCALE]),
        alpha=draws.parameters[:, :, ALPHA].copy(),
        gamma=draws.parameters[:, :, GAMMA].copy(),
        returns=draws.returns,
        size=problem.size,
        sigma=np.sqrt(draws.variance) * problem.unit,
        common_return=draws.common,
        stiffness=draws.stiffness,
        n_chains=plan.chains,
        sweeps=plan.sweeps,
        burn_in=plan.burn_in,
        thin=plan.thin,
        seed=seed,
        channels=_channels(design, models.media_contributions, prior, break_even),
        diagnostics=diagnostics,
        break_even_roas=break_even,
        media_share=(float(share.mean()), *_ends(share)),
        prior_media_share=(float(np.median(prior_share)), *_ends(prior_share)),
        representative=int(((models.media_contributions - means) ** 2).sum(axis=1).argmin()),
        warnings=find_warnings(data, design, evidence),
        notes=(*problem.notes, *_notes(diagnostics)),
        seconds=seconds,
    )


def _notes(diagnostics: pd.DataFrame) -> list[str]:
    unsettled = diagnostics.loc[
        ~diagnostics["quantity"].isin(REPORTED) & (diagnostics["r_hat"] > GOOD_R_HAT), "channel"
    ]
    if unsettled.empty:
        return []
    return [
        f"Carry-over and saturation of {', '.join(unsettled.unique())} have not settled between the chains; look at their "
        "returns, not at these parameters."
    ]


def draw_prior_returns(prior: SamplerPrior, n_draws: int) -> FloatArray:
    """Returns of all media before the data, without lift studies, shape (n_draws, n_media); always the same numbers."""
    random = np.random.default_rng(_PRIOR_SEED)
    n_media = len(prior.is_free)
    common = np.empty(0)
    while len(common) < n_draws:
        drawn = np.exp(random.normal(prior.common_log_mean, prior.common_log_sd, 2 * n_draws))
        common = np.concatenate([common, drawn[(drawn >= prior.common_low) & (drawn <= prior.common_high)]])
    common = common[:n_draws, None]
    normal = random.standard_normal((n_draws, n_media))
    while (below := (normal < -1.0 / prior.width) & (prior.is_free == 0)).any():
        normal[below] = random.standard_normal(int(below.sum()))
    returns: FloatArray = common * (1.0 + prior.width * normal)
    returns[random.random(returns.shape) < prior.nothing] = 0.0
    return returns


def _break_even(outcome: Outcome) -> float | None:
    """The user's; 1 for revenue without one (the spend comes back); unknown for conversions."""
    if outcome.break_even_roas is not None or outcome.kind is OutcomeKind.CONVERSION:
        return outcome.break_even_roas
    return 1.0


def _ends(draws: FloatArray) -> tuple[float, float]:
    """Low and high end of one quantity."""
    ranges = _ranges(draws[:, None])
    return float(ranges.low[0]), float(ranges.high[0])


def _ranges(draws: FloatArray) -> _Ranges:
    """By the definition that intervals of model sets have, so that no two screens differ."""
    weights = np.full(len(draws), 1.0 / len(draws))
    low, high = POSTERIOR_SHARES
    return _Ranges(*(weighted_quantile(draws, weights, share) for share in (0.5, low, high)))


def _model_set(problem: PosteriorProblem, draws: Draws, description: Description) -> ModelSet:
    design, baseline = problem.design, problem.baseline
    n_draws, n_terms = len(draws.variance), len(baseline.terms)
    belongs = (baseline.term_of[:, None] == np.arange(n_terms)).astype(np.float64)
    of_baseline = (description.coefficients * baseline.columns.sum(axis=1)) @ belongs * problem.unit
    of_baseline[:, 0] += problem.mean * len(design.rows)
    weekly = (description.coefficients.mean(axis=0)[:, None] * baseline.columns).T @ belongs * problem.unit
    weekly[:, 0] += problem.mean
    return ModelSet(
        kind=SetKind.POSTERIOR,
        names=tuple(f"draw {number}" for number in range(1, n_draws + 1)),
        weights=np.full(n_draws, 1.0 / n_draws),
        point=None,
        design=design,
        term_names=(*baseline.terms, *design.media_names),
        contributions=np.hstack([of_baseline, draws.returns * problem.size]),
        weekly=np.hstack([weekly, description.media * problem.unit]),
        curves=MediaCurves(
            coefficient=description.ceiling * problem.unit,
            alpha=draws.parameters[:, :, ALPHA].copy(),
            inflexion=description.inflexion,
            carried=description.carried,
            units_per_spend=units_per_spend(design),
        ),
        carry_over=description.carry_over * problem.unit,
        label=f"average of {n_draws:,} plausible models",
    )


def _channels(design: Design, contributions: FloatArray, prior: FloatArray, break_even: float | None) -> pd.DataFrame:
    n_media, n_paid = len(design.media_names), design.n_paid
    spend = np.full(n_media, np.nan)
    spend[:n_paid] = design.spend[design.rows].sum(axis=0)
    after, before = _ranges(contributions), _ranges(prior)
    below = (contributions < break_even * spend).mean(axis=0) if break_even is not None else np.full(n_media, np.nan)
    columns = (
        design.media_names,
        np.arange(n_media) < n_paid,
        spend,
        contributions.mean(axis=0),
        after.low,
        after.high,
        before.low,
        before.high,
        contributions.mean(axis=0) / spend,
        after.low / spend,
        after.high / spend,
        before.middle / spend,
        before.low / spend,
        before.high / spend,
        (contributions == 0.0).mean(axis=0),
        np.where(np.isnan(spend), np.nan, below),
    )
    return pd.DataFrame(dict(zip(CHANNEL_COLUMNS, columns, strict=True)))


def _diagnostics(problem: PosteriorProblem, draws: Draws, models: ModelSet, n_chains: int) -> pd.DataFrame:
    """One row per quantity that the model has."""
    found: list[tuple[str, str, FloatArray]] = []
    for m, (channel, kind) in enumerate(zip(problem.design.media_names, problem.design.adstock, strict=True)):
        decay = {"theta": DECAY} if kind is AdstockKind.GEOMETRIC else {"shape": DECAY, "scale": SCALE}
        for name, place in {**decay, "alpha": ALPHA, "gamma": GAMMA}.items():
            found.append((name, channel, draws.parameters[:, m, place]))
        found.append(("returns", channel, draws.returns[:, m]))
    found.append(("sigma", "", np.sqrt(draws.variance) * problem.unit))
    found.append(("common_return", "", draws.common))
    found.append(("media", "", models.media_contributions.sum(axis=1)))
    values = np.stack([values for _, _, values in found], axis=1)
    by_chain = values.reshape(n_chains, -1, values.shape[1])
    ranges = _ranges(values)
    columns = (
        [name for name, _, _ in found],
        [channel for _, channel, _ in found],
        values.mean(axis=0),
        values.std(axis=0),
        ranges.middle,
        ranges.low,
        ranges.high,
        rank_r_hat(by_chain),
        bulk_sample_size(by_chain),
    )
    return pd.DataFrame(dict(zip(DIAGNOSTIC_COLUMNS, columns, strict=True)))
