"""One run from a project to its result; the same for the worker, the command line and a script."""

import dataclasses
import functools
import hashlib
import importlib.metadata
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

import mmm_core
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.project import Project
from mmm_core.entities.run_result import RunResult, SearchProgress

CACHE_BYTES = 1_000_000_000
"""What the cache of finished runs may take on disk; the results used longest ago go first."""

CACHED_CANDIDATES = 200_000
"""Larger results are not cached: one of them would push out all others, and writing it twice costs more than it saves."""

PATIENCE_AFTER_STOP = 5.0
"""Seconds the averaged estimate may still take after the user stopped a run: it is mostly done in one."""

NOT_AVERAGED = (
    "The run was stopped before the averaged estimate was done. Start it again to get the recommended answer."
)

_DECISIVE_LIBRARIES = ("numpy", "scipy", "pandas", "numba", "nevergrad", "prophet", "holidays")

_DECISIVE_PACKAGES = ("engine", "entities", "kernels")

_log = logging.getLogger("mmm_studio.runs")

ProgressCallback = Callable[[SearchProgress], None]


class _StoppedEarlyError(Exception):
    """Takes a stopped run past the cache, which keeps only what is returned."""


def execute_project(
    project: Project,
    *,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    cache_folder: Path | None = None,
    with_average: bool = True,
) -> tuple[RunResult, bool]:
    """Build the features, search, rank the fronts, average over plausible models.

    Args:
        project: Data, settings and search.
        progress: Told where the run stands, several times a second.
        should_stop: Asked between batches; what was found until then is kept.
        cache_folder: Where finished runs are remembered; None computes in any case.
        with_average: Also make the averaged estimate.

    Returns:
        The result, and whether it was remembered from an earlier run with the same data, settings, seed and version.
        The number of processes is not part of what must be the same: it does not change the result.

    Raises:
        MMMError: The project cannot be run.
        RunCancelledError: It was stopped before it had anything worth keeping.
    """
    if cache_folder is None or project.trials.n_candidates > CACHED_CANDIDATES:
        return _compute(project, progress, should_stop, with_average), False
    import joblib

    computed: list[RunResult] = []

    def compute() -> RunResult:
        computed.append(_compute(project, progress, should_stop, with_average))
        if computed[0].collection.info.stopped_early:
            raise _StoppedEarlyError
        return computed[0]

    key = {**cache_key(project), "with_average": with_average}
    try:
        cache_folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it is unpickled, so it must be ours alone
        memory = joblib.Memory(cache_folder, compress=False, verbose=0)
        result: RunResult = memory.cache(_remembered, ignore=["compute"])(key, compute)
        if not computed:
            return result, True
        memory.reduce_size(bytes_limit=CACHE_BYTES)
    except _StoppedEarlyError:
        pass
    except OSError:  # a cache that cannot be read or written must not cost the run
        _log.exception("the cache of finished runs cannot be used")
    return (computed[0] if computed else _compute(project, progress, should_stop, with_average)), False


def cache_key(project: Project) -> Mapping[str, object]:
    """Everything a result depends on: data, settings and search as a project file, seed, versions, the engine's own sources.

    Args:
        project: Its name, and how many processes it uses, do not count.
    """
    from mmm_core.engine.project_file import write_project

    trials = dataclasses.replace(project.trials, cores=None)
    return {
        "data_hash": project.data.data_hash,
        "weibull_length": project.data.weibull_length,
        "project_file": write_project(project.data.settings, trials, project.seed),
        "seed": project.seed,
        "engine_version": mmm_core.__version__,
        "engine_sources": digest_of_sources(Path(mmm_core.__file__).parent),
        "libraries": {name: importlib.metadata.version(name) for name in _DECISIVE_LIBRARIES},
    }


@functools.cache
def digest_of_sources(package: Path) -> str:
    """A digest of everything that computes, so that a result never outlives a change of the engine.

    Args:
        package: The folder of ``mmm_core``; read once per process.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in sorted(path for name in _DECISIVE_PACKAGES for path in (package / name).glob("**/*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def empty_progress(total: int, stage: str = "preparing") -> SearchProgress:
    """Where a run stands before its first candidate."""
    nothing, none = np.empty(0), np.empty(0, dtype=np.int64)
    return SearchProgress(
        done=0,
        total=total,
        seconds=0.0,
        models_per_second=0.0,
        nrmse=nothing,
        decomp_rssd=nothing,
        trial=none,
        front=none,
        stage=stage,
    )


def _remembered(key: Mapping[str, object], compute: Callable[[], RunResult]) -> RunResult:
    """What joblib.Memory keeps on disk, by ``key``."""
    return compute()


def _compute(
    project: Project,
    progress: ProgressCallback | None,
    should_stop: Callable[[], bool] | None,
    with_average: bool,
) -> RunResult:
    from mmm_core.engine.features import build_run_design
    from mmm_core.engine.model_executor import MMMModelExecutor
    from mmm_core.engine.pareto_optimize import ParetoOptimizer

    last = empty_progress(project.trials.n_candidates)

    def tell(now: SearchProgress) -> None:
        nonlocal last
        last = now
        if progress is not None:
            progress(now)

    tell(last)
    began = time.perf_counter()
    design = build_run_design(project.data, project.trials)
    prepared = time.perf_counter()
    executor = MMMModelExecutor(progress=tell, should_stop=should_stop, design=design)
    collection = executor.model_run(project.data, project.trials, seed=project.seed, quiet=True)
    tell(dataclasses.replace(last, stage="ranking"))
    searched = time.perf_counter()
    pareto = ParetoOptimizer().pareto_optimize(project.data, collection.model_output)
    ranked = time.perf_counter()
    tell(dataclasses.replace(last, stage="averaging"))
    posterior = average(project, should_stop=should_stop) if with_average else None
    averaged = time.perf_counter()
    timings = {**collection.info.timings, "features": prepared - began, "pareto": ranked - searched}
    if with_average:
        timings["averaging"] = averaged - ranked
    notes = (*project.notes, *collection.info.notes, *((NOT_AVERAGED,) if with_average and posterior is None else ()))
    info = dataclasses.replace(collection.info, timings=timings, notes=notes)
    collection = dataclasses.replace(collection, info=info)
    return RunResult(collection=collection, design=design, pareto=pareto, posterior=posterior)


def average(
    project: Project,
    *,
    should_stop: Callable[[], bool] | None = None,
    patience: float = PATIENCE_AFTER_STOP,
) -> Posterior | None:
    """The averaged estimate of a project; None when the user stopped it and it was not done soon after.

    Args:
        project: Data, settings and seed; of the search only the number of processes matters.
        should_stop: Asked several times a second.
        patience: Seconds it may still take after that.
    """
    from mmm_core.engine.posterior_sampler import PosteriorSampler

    first_asked: float | None = None

    def watch(share: float) -> None:
        nonlocal first_asked
        del share
        if should_stop is not None and should_stop():
            first_asked = first_asked or time.monotonic()
            if time.monotonic() - first_asked >= patience:
                raise _StoppedEarlyError

    try:
        return PosteriorSampler().sample(project.data, seed=project.seed, cores=project.trials.cores, progress=watch)
    except _StoppedEarlyError:
        return None
