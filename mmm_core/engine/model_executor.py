"""The search for models: independent trials, in parallel, the same numbers wherever they run."""

import datetime as dt
import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mmm_core.engine.convergence import judge_convergence
from mmm_core.engine.process_pool import available_cores, run_folder, run_tasks
from mmm_core.engine.progress_board import ProgressBoard
from mmm_core.engine.run_watch import RunWatch, report_preparing
from mmm_core.engine.trial_search import BOARD, TrialTask, TrialTimes, read_trial
from mmm_core.entities.calibration_checks import study_notes
from mmm_core.entities.design import Design, SearchSpace
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_output import ModelOutput, ModelOutputCollection, Provenance, Trial
from mmm_core.entities.run_result import SearchProgress
from mmm_core.entities.settings import ModelSettings
from mmm_core.entities.trials_config import DEFAULT_ALGORITHM, NEVERGRAD_ALGORITHMS, TrialsConfig
from mmm_core.errors import BoundsError, RunCancelledError

LOG_LAMBDA = False
"""Linear, as R. In ``tests/bench`` a logarithmic scale finds more in the first few hundred models of a trial, but over all
data sets no more after 5 x 2000, and on Robyn's data less."""

_LIBRARIES = ("numpy", "scipy", "pandas", "numba", "joblib", "prophet", "holidays", "nevergrad")
_log = logging.getLogger(__name__)


class _Plan(NamedTuple):
    """What will be searched, and with how many processes."""

    space: SearchSpace
    trials: TrialsConfig
    cores: int
    is_fixed: bool


class _Found(NamedTuple):
    trials: tuple[Trial, ...]
    times: tuple[TrialTimes, ...]


class MMMModelExecutor:
    """Runs a search.

    Attributes:
        progress: Called at least four times a second with where the search stands, in the calling thread.
        should_stop: Asked about ten times a second; once it answers yes, the run ends and keeps what it has found.
        design: Used instead of building one from the data.
        space: The box to search instead of the one the settings give, for these data: a refresh narrows it.
        log_lambda: Search lambda on a logarithmic scale; the benchmark compares.
    """

    def __init__(
        self,
        *,
        progress: Callable[[SearchProgress], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        design: Design | None = None,
        space: SearchSpace | None = None,
        log_lambda: bool = LOG_LAMBDA,
    ) -> None:
        self.progress = progress
        self.should_stop = should_stop
        self.design = design
        self.space = space
        self.log_lambda = log_lambda

    def model_run(
        self,
        mmmdata_collection: MMMDataCollection,
        trials_config: TrialsConfig,
        seed: int = 123,
        quiet: bool = False,
    ) -> ModelOutputCollection:
        """Try candidates and keep every one of them.

        Trials have random streams of their own, spawned from one seed, so the result is the same to the last bit for any
        number of processes.

        Args:
            mmmdata_collection: Data and settings.
            trials_config: How many candidates, how, and under which rules.
            seed: Any whole number of at least 0.
            quiet: Do not log what was found.

        Returns:
            All candidates, whether the search had settled, and how it came about. ``info.timings``: "features" and
            "search" are seconds that passed; "evaluation" and "optimiser" are summed over the processes.

        Raises:
            RunCancelledError: The run was stopped before any candidate was evaluated.
            BoundsError: A hyperparameter has impossible bounds, or the seed is no whole number of at least 0.
        """
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise BoundsError(f"seed must be a whole number of at least 0, got {seed!r}.")
        started, clock = dt.datetime.now(dt.UTC), time.perf_counter()
        report_preparing(self.progress, trials_config.n_candidates)
        self._stop_if_asked()
        design = self.design or _build_design(mmmdata_collection, trials_config)
        plan = plan_search(
            mmmdata_collection.settings, design, trials_config, log_lambda=self.log_lambda, space=self.space
        )
        prepared = time.perf_counter()
        self._stop_if_asked()
        found = self._search(design, plan, seed)
        searched = time.perf_counter()
        output = _model_output(mmmdata_collection, design, plan, found.trials)
        timings = {
            "features": prepared - clock,
            "search": searched - prepared,
            "evaluation": sum(times.evaluation for times in found.times),
            "optimiser": sum(times.optimiser for times in found.times),
        }
        info = Provenance(
            engine_version=_own_version(),
            library_versions=_library_versions(),
            data_hash=mmmdata_collection.data_hash,
            seed=seed,
            algorithm=plan.trials.algorithm,
            started=started,
            timings=timings,
            models_per_second=output.n_candidates / max(timings["search"], 1e-9),
            stopped_early=output.n_candidates < output.n_planned,
            notes=(*_notes(design, plan, output), *_study_notes(mmmdata_collection)),
        )
        convergence = judge_convergence(output)
        if not quiet:
            _log.info("%d models in %.1f s. %s", output.n_candidates, timings["search"], " ".join(convergence.messages))
        return ModelOutputCollection(
            model_output=output,
            convergence=convergence,
            info=info,
            data=mmmdata_collection,
            trials=trials_config,
        )

    def _stop_if_asked(self) -> None:
        if self.should_stop is not None and self.should_stop():
            raise RunCancelledError("The run was stopped before the first candidate was evaluated; nothing was kept.")

    def _search(self, design: Design, plan: _Plan, seed: int) -> _Found:
        with run_folder() as folder:
            board = ProgressBoard.create(folder / BOARD, plan.trials.trials, plan.trials.iterations)
            tasks = _tasks(design, plan, seed, folder)
            watch = RunWatch(board, self.progress, self.should_stop)
            times = run_tasks(tasks, plan.cores, watch, board.stop, _expected_seconds(design, plan))
            watch.report()
            counts = {task.number: board.n_done(task.number - 1) for task in tasks}
            if not any(counts.values()):
                raise RunCancelledError(
                    "The run was stopped before the first candidate was evaluated; nothing was kept."
                )
            seconds = {one.number: one.total for one in times}
            trials = [read_trial(folder, number, n, seconds[number]) for number, n in counts.items() if n]
        return _Found(tuple(trials), tuple(times))


def warm_up(cores: int | None = None, algorithm: str = DEFAULT_ALGORITHM) -> None:
    """Import and compile everything a run needs, here and in the processes of the pool, so that runs start at once.

    Args:
        cores: Processes that runs will use; None means all, but no more than a default run has trials.
        algorithm: Nevergrad (seconds, and 100 MB per process) is only imported for one of its own.
    """
    from mmm_core.engine.warm_up import warm_up_pool, warm_up_process

    warm_up_pool(cores or min(available_cores(), TrialsConfig().trials), algorithm)
    warm_up_process(algorithm)


def plan_search(
    settings: ModelSettings,
    design: Design,
    trials: TrialsConfig,
    *,
    log_lambda: bool = LOG_LAMBDA,
    space: SearchSpace | None = None,
) -> _Plan:
    """Fix what will be searched: with every hyperparameter fixed one candidate says it all."""
    from mmm_core.engine.candidate import build_search_space

    space = space or build_search_space(settings, design, trials, log_lambda=log_lambda)
    is_fixed = bool(np.all(space.low == space.high))
    if is_fixed:
        trials = replace(trials, trials=1, iterations=1)
    cores = min(trials.cores or available_cores(), trials.trials)  # more processes would only cost memory
    return _Plan(space, trials, cores, is_fixed)


def _expected_seconds(design: Design, plan: _Plan) -> float:
    """Rough time of the whole search in one process, from what ``tests/bench`` measured."""
    evaluation: float = 1e-5 * (len(design.rows) / 200) * (len(design.media_names) / 6) ** 1.5
    optimiser = 3e-4 if plan.trials.algorithm in NEVERGRAD_ALGORITHMS else 1e-5
    return plan.trials.n_candidates * (evaluation + optimiser)


def _build_design(data: MMMDataCollection, trials: TrialsConfig) -> Design:
    from mmm_core.engine.features import build_run_design

    return build_run_design(data, trials)


def _tasks(design: Design, plan: _Plan, seed: int, folder: Path) -> list[TrialTask]:
    streams = np.random.SeedSequence(seed).spawn(plan.trials.trials)
    return [
        TrialTask(number=number, design=design, space=plan.space, trials=plan.trials, seed=stream, folder=folder)
        for number, stream in enumerate(streams, start=1)
    ]


def _model_output(data: MMMDataCollection, design: Design, plan: _Plan, trials: tuple[Trial, ...]) -> ModelOutput:
    return ModelOutput(
        trials=trials,
        parameter_names=plan.space.names,
        term_names=design.term_names,
        paid_names=design.paid_names,
        organic_names=design.media_names[design.n_paid :],
        total_spend=design.spend[design.rows].sum(axis=0),
        outcome_kind=data.settings.outcome.kind,
        timeseries_validation=plan.trials.timeseries_validation,
        n_planned=plan.trials.n_candidates,
    )


def _notes(design: Design, plan: _Plan, output: ModelOutput) -> tuple[str, ...]:
    notes = []
    if design.dropped:
        notes.append(f"Left out because they do not vary in the window: {', '.join(design.dropped)}.")
    if plan.is_fixed:
        notes.append("Every hyperparameter is fixed, so there is one candidate and nothing to search.")
    if output.n_candidates < output.n_planned:
        notes.append(f"The run was stopped after {output.n_candidates:,} of {output.n_planned:,} candidates.")
    return tuple(notes)


def _study_notes(data: MMMDataCollection) -> tuple[str, ...]:
    return study_notes(data.table, data.settings, data.rows) if data.settings.calibration.studies else ()


def _own_version() -> str:
    import mmm_core

    return mmm_core.__version__


def _library_versions() -> Mapping[str, str]:
    return {"python": sys.version.split()[0], **{name: version(name) for name in _LIBRARIES}}
