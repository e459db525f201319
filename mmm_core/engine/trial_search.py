"""One trial: ask for candidates, evaluate them, tell the errors, until the budget is spent or the run is stopped."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np

from mmm_core.engine.progress_board import ProgressBoard
from mmm_core.engine.search import SearchAlgorithm, start_search
from mmm_core.entities.design import Design, FloatArray, SearchSpace
from mmm_core.entities.trials_config import TrialsConfig

if TYPE_CHECKING:
    from mmm_core.entities.model_output import Trial

BOARD = "board.bin"
RESULT_ARRAYS = ("hyperparameters", "metrics", "coefficients", "contributions")
_ON_BOARD = slice(0, 2)  # nrmse and decomp_rssd, the first two of METRICS
_ROWS_IN_MEMORY = 8192


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialTask:
    """Everything one trial needs, small enough to be sent to another process.

    Attributes:
        number: 1-based.
        design: The data.
        space: Box of the hyperparameters.
        trials: Rules of the search.
        seed: Random stream of this trial alone.
        folder: Where the board lies and the results go.
    """

    number: int
    design: Design
    space: SearchSpace
    trials: TrialsConfig
    seed: np.random.SeedSequence
    folder: Path


class TrialTimes(NamedTuple):
    """Where the time of a trial went, seconds."""

    number: int
    total: float
    evaluation: float
    optimiser: float


def run_trial(task: TrialTask, after_batch: Callable[[], None] | None = None) -> TrialTimes:
    """Search, writing errors to the board as they come and the candidates in full to files.

    Args:
        task: What to search.
        after_batch: Called after every batch, in this process.

    Returns:
        Times; the candidates are read back with :func:`read_trial`.
    """
    from mmm_core.engine.candidate_evaluator import CandidateEvaluator

    began = time.perf_counter()
    board = ProgressBoard(task.folder / BOARD)
    evaluator = CandidateEvaluator(task.design, task.space.names, task.trials)
    free = np.flatnonzero(task.space.high > task.space.low)
    search = _search_of(task, len(free), evaluator.n_objectives)
    budget = task.trials.iterations
    evaluation = optimiser = 0.0
    with TrialFiles(task.folder, task.number) as files:
        while (done := board.n_done(task.number - 1)) < budget and not board.is_stopped:
            start = time.perf_counter()
            points = search.ask(min(search.batch_size, budget - done))
            asked = time.perf_counter()
            unit = np.zeros((len(points), len(task.space.names)))
            unit[:, free] = points
            values = task.space.from_unit(unit)
            batch = evaluator.evaluate(values)
            evaluated = time.perf_counter()
            search.tell(points, batch.metrics[:, : evaluator.n_objectives])
            evaluation += evaluated - asked
            optimiser += asked - start + time.perf_counter() - evaluated
            files.append(values, batch.metrics, batch.coefficients, batch.contributions)
            board.record(task.number - 1, batch.metrics[:, _ON_BOARD])
            if after_batch is not None:
                after_batch()
    return TrialTimes(task.number, time.perf_counter() - began, evaluation, optimiser)


def _search_of(task: TrialTask, n_free: int, n_objectives: int) -> SearchAlgorithm:
    return start_search(
        task.trials.algorithm,
        n_parameters=n_free,
        budget=task.trials.iterations,
        seed=task.seed,
        objective_weights=task.trials.objective_weights,
        n_objectives=n_objectives,
    )


class TrialFiles:
    """Raw float64 files of a trial, written in pieces so that a long trial needs no more memory than a short one."""

    def __init__(self, folder: Path, number: int) -> None:
        self._files: list[BinaryIO] = [_path(folder, number, name).open("wb") for name in RESULT_ARRAYS]
        self._waiting: list[tuple[FloatArray, ...]] = []
        self._n_waiting = 0

    def __enter__(self) -> "TrialFiles":
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        for file in self._files:
            file.close()

    def append(self, *arrays: FloatArray) -> None:
        """Add the same number of rows, shape (n, ...), to each of :data:`RESULT_ARRAYS`."""
        self._waiting.append(arrays)
        self._n_waiting += len(arrays[0])
        if self._n_waiting >= _ROWS_IN_MEMORY:
            self._flush()

    def _flush(self) -> None:
        for arrays in self._waiting:
            for file, array in zip(self._files, arrays, strict=True):
                file.write(np.ascontiguousarray(array, dtype=np.float64).data)
        self._waiting, self._n_waiting = [], 0


def read_trial(folder: Path, number: int, n_rows: int, seconds: float) -> "Trial":
    """Candidates of a finished or stopped trial, in the order they were tried.

    Args:
        folder: Folder of the run.
        number: 1-based trial.
        n_rows: Candidates it evaluated, above 0.
        seconds: Time it took.
    """
    from mmm_core.entities.model_output import Trial as Read  # needs pandas, which processes of the pool do without

    hyperparameters, metrics, coefficients, contributions = (
        np.fromfile(_path(folder, number, name), dtype=np.float64).reshape(n_rows, -1) for name in RESULT_ARRAYS
    )
    return Read(
        number=number,
        hyperparameters=hyperparameters,
        metrics=metrics,
        coefficients=coefficients,
        contributions=contributions,
        seconds=seconds,
    )


def _path(folder: Path, number: int, name: str) -> Path:
    return folder / f"trial_{number}_{name}.bin"
