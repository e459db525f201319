"""Why a refreshed model says something else: a chain of fits from the old figures to the new ones, one cause at a time.

Every link changes one thing, so what a cause brought is the difference across its link, the causes add up to the whole by
construction, and a link that changes nothing brings exactly 0. Figures are contributions per period of the window a fit is
made on, and ROAS over that window: what all pages show.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mmm_core.engine.candidate_evaluator import CandidateEvaluator
from mmm_core.engine.features import build_run_design
from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.model_refresh import Stepped, choose_winner, optimizer_of, row_of
from mmm_core.engine.refresh_check import has_same_history, history_of, window_edges
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_output import ModelOutput
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.refresh import Cause
from mmm_core.entities.settings import CalibrationInput, Window
from mmm_core.entities.trials_config import TrialsConfig

FEWEST_SEARCHES = 3
"""Independent searches whose picks are compared; where a refresh has fewer trials, others are made for this alone."""


class Figures(NamedTuple):
    """What a model says: media in design order, then the baseline; shape (n_media + 1,) each.

    Attributes:
        contribution: Outcome per period of the window.
        roas: Contribution over spend of the window; NaN where nothing is paid.
    """

    contribution: FloatArray
    roas: FloatArray

    def minus(self, other: "Figures") -> "Figures":
        """The difference, figure by figure."""
        return Figures(self.contribution - other.contribution, self.roas - other.roas)


class Moves(NamedTuple):
    """What each cause brought.

    Attributes:
        before: Where the chain begins.
        after: Where it ends.
        by_cause: Changes, in the order of :class:`Cause`.
        noise: By how much other random numbers alone would typically move the figures: one standard deviation.
        n_seeds: How many independent searches or chains that was measured with.
    """

    before: Figures
    after: Figures
    by_cause: Mapping[Cause, Figures]
    noise: Figures
    n_seeds: int


def figures_of(contributions: FloatArray, design: Design) -> Figures:
    """Figures of one model or of several.

    Args:
        contributions: Sums over the modelled periods, media last, shape (n_terms,) or (n_models, n_terms).
        design: What they were fitted to.

    Returns:
        Figures, the models leading.
    """
    n_media, n_paid, n_rows = len(design.media_names), design.n_paid, len(design.rows)
    n_baseline = contributions.shape[-1] - n_media
    media = contributions[..., n_baseline:]
    rest = contributions[..., :n_baseline].sum(axis=-1, keepdims=True)
    roas = np.full((*contributions.shape[:-1], n_media + 1), np.nan)
    roas[..., :n_paid] = media[..., :n_paid] / design.spend[design.rows].sum(axis=0)
    return Figures(np.concatenate([media, rest], axis=-1) / n_rows, roas)


def explain_pareto(
    steps: Sequence[Stepped], new: MMMDataCollection, trials: TrialsConfig, chosen_id: str | None = None
) -> Moves:
    """Why the Pareto pick moved.

    The links of one step: the old pick; its hyperparameters on the revised history (*revised history*); on the new window (*new
    periods*); the mean of what independent searches pick (*choice of model*); the pick (*search noise*). Of several steps
    the links of a cause are added up. A user who takes another model than the pick makes a choice too: what that brings is added
    to the choice of model. Lambda is carried over as its share of the range it is searched in.

    Args:
        steps: Of the refresh, oldest first.
        new: The full new data.
        trials: The search of every step.
        chosen_id: A candidate of the last step; None means its pick.
    """
    first, last = steps[0].origin, steps[-1]
    after = pick_figures(last.collection.model_output, chosen_id or last.selected_id, last.design)
    moves = dict.fromkeys(Cause, _nothing(last.design))
    for number, step in enumerate(steps):
        before = pick_figures(step.origin.output, step.origin.solution_id, step.origin.design)
        revised = _on_revised_history(step, new, trials) if number == 0 else None
        start = revised or before
        moved = refit_figures(step.anchor.on(step.design, step.space.names), step.design, trials)
        picks = _independent_picks(step, trials)
        typical = Figures(picks.contribution.mean(axis=0), picks.roas.mean(axis=0))
        picked = pick_figures(step.collection.model_output, step.selected_id, step.design)
        for cause, change in (
            (Cause.REVISED_HISTORY, start.minus(before)),
            (Cause.NEW_PERIODS, moved.minus(start)),
            (Cause.MODEL_CHOICE, typical.minus(moved)),
            (Cause.SEARCH_NOISE, picked.minus(typical)),
        ):
            moves[cause] = _sum(moves[cause], change)
    moves[Cause.MODEL_CHOICE] = _sum(moves[Cause.MODEL_CHOICE], after.minus(picked))
    start = pick_figures(first.output, first.solution_id, first.design)
    return Moves(start, after, moves, _spread(picks), len(picks.contribution))


def explain_average(
    previous: Posterior,
    revised: Posterior | None,
    same_seed: Posterior,
    current: Posterior,
    old_studies: Posterior | None = None,
) -> Moves:
    """Why the averaged estimate moved.

    The links: the old estimate; on the revised history; on the new window, with the same lift studies and random numbers; with
    the new studies, which weigh the plausible models otherwise (*choice of model*); with the random numbers of the refresh. What
    the same random numbers do to other data is noise as well, which no refit can take out: ``noise`` says how large it typically
    is, from how far the chains lie apart.

    Args:
        previous: The old estimate.
        revised: On the old window of the revised history; None when nothing was revised.
        same_seed: On the new window, with the seed of the old estimate; ``current`` itself when it has that seed.
        current: The new estimate.
        old_studies: On the new window, with the seed and the lift studies of the old estimate; None when none joined.
    """
    links = (previous, revised or previous, old_studies or same_seed, same_seed, current)
    chain = [mean_figures(estimate) for estimate in links]
    nothing = _nothing(current.model_set.design)
    moves = {
        Cause.REVISED_HISTORY: chain[1].minus(chain[0]) if revised is not None else nothing,
        Cause.NEW_PERIODS: chain[2].minus(chain[1]),
        Cause.MODEL_CHOICE: chain[3].minus(chain[2]) if old_studies is not None else nothing,
        Cause.SEARCH_NOISE: chain[4].minus(chain[3]) if same_seed is not current else nothing,
    }
    before, after = _chain_noise(previous), _chain_noise(current)
    noise = Figures(np.hypot(before.contribution, after.contribution), np.hypot(before.roas, after.roas))
    return Moves(chain[0], chain[-1], moves, noise, current.n_chains)


def pick_figures(output: ModelOutput, solution_id: str, design: Design) -> Figures:
    """Figures of one candidate, as the search stored it."""
    return figures_of(row_of(output, solution_id, "contributions"), design)


def refit_figures(hyperparameters: Mapping[str, float], design: Design, trials: TrialsConfig) -> Figures:
    """Figures of hyperparameters fitted to a design by the rules of the search."""
    names = tuple(hyperparameters)
    values = np.array([[hyperparameters[name] for name in names]], dtype=np.float64)
    return figures_of(CandidateEvaluator(design, names, trials).evaluate(values).contributions[0], design)


def mean_figures(posterior: Posterior) -> Figures:
    """Figures of an averaged estimate: means over the draws."""
    models = posterior.model_set
    return figures_of(models.weights @ models.contributions, models.design)


def revised_data(previous: MMMDataCollection, new: MMMDataCollection) -> MMMDataCollection | None:
    """The previous window on the revised history; None when nothing was revised.

    Args:
        previous: The data of the old model.
        new: The full new data.
    """
    if has_same_history(previous, new):
        return None
    table, edges = history_of(previous, new), window_edges(previous)
    start, end = (previous.dates.iloc[row].date() for row in edges[:2])
    window = Window(start=max(start, new.dates.iloc[0].date()), end=end)
    return dataclasses.replace(
        previous,
        table=table,
        settings=dataclasses.replace(previous.settings, window=window),  # older rows lengthen no window without ends
        weibull_length=previous.weibull_length or len(previous.table),
    )


def data_without_new_studies(previous: MMMDataCollection, current: MMMDataCollection) -> MMMDataCollection | None:
    """The data of a refresh with the lift studies of the old model alone; None when none joined.

    Args:
        previous: The data of the old model.
        current: Those of the last step.
    """
    settings, known = current.settings, previous.settings.calibration.studies
    kept = tuple(study for study in settings.calibration.studies if study in known)
    if kept == settings.calibration.studies:
        return None
    return dataclasses.replace(
        current, settings=dataclasses.replace(settings, calibration=CalibrationInput(studies=kept))
    )


def _on_revised_history(step: Stepped, new: MMMDataCollection, trials: TrialsConfig) -> Figures | None:
    revised = revised_data(step.origin.data, new)
    if revised is None:
        return None
    design = dataclasses.replace(build_run_design(revised, trials), weibull_length=step.origin.design.weibull_length)
    return refit_figures(step.anchor.on(design, step.origin.output.parameter_names), design, trials)


def _independent_picks(step: Stepped, trials: TrialsConfig) -> Figures:
    """What every trial would have picked alone, and where these are few, trials from other random numbers: models lead."""
    output, data = step.collection.model_output, step.collection.data
    assert data is not None, "set by the search"
    outputs = [dataclasses.replace(output, trials=(trial,)) for trial in output.trials]
    missing = FEWEST_SEARCHES - len(outputs)
    if missing > 0 and output.n_planned > 1:  # with every hyperparameter fixed any search finds the same
        other = np.random.SeedSequence(step.collection.info.seed, spawn_key=(1,)).generate_state(1)
        executor = MMMModelExecutor(design=step.design, space=step.space)
        more = executor.model_run(data, dataclasses.replace(trials, trials=missing), seed=int(other[0]), quiet=True)
        outputs += [dataclasses.replace(more.model_output, trials=(trial,)) for trial in more.model_output.trials]
    picks = []
    for found in outputs:
        pareto = optimizer_of(trials).pareto_optimize(data, found)
        picks.append(row_of(found, choose_winner(found, pareto), "contributions"))
    return figures_of(np.stack(picks), step.design)


def _spread(picks: Figures) -> Figures:
    if len(picks.contribution) < 2:
        return Figures(np.zeros(picks.contribution.shape[1]), np.where(np.isnan(picks.roas[0]), np.nan, 0.0))
    return Figures(picks.contribution.std(axis=0, ddof=1), picks.roas.std(axis=0, ddof=1))


def _chain_noise(posterior: Posterior) -> Figures:
    """Standard error of the means, from how far the chains lie apart."""
    models = posterior.model_set
    by_chain = models.contributions.reshape(posterior.n_chains, -1, models.contributions.shape[1]).mean(axis=1)
    apart = _spread(figures_of(by_chain, models.design))
    return Figures(apart.contribution / np.sqrt(posterior.n_chains), apart.roas / np.sqrt(posterior.n_chains))


def _nothing(design: Design) -> Figures:
    n_figures = len(design.media_names) + 1
    return Figures(np.zeros(n_figures), np.where(np.arange(n_figures) < design.n_paid, 0.0, np.nan))


def _sum(one: Figures, other: Figures) -> Figures:
    return Figures(one.contribution + other.contribution, one.roas + other.roas)
