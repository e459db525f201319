"""A small file that the processes of a run share: what each trial has found so far, and whether to stop."""

from pathlib import Path

import numpy as np

from mmm_core.entities.design import FloatArray

_STOP, _TRIALS, _ITERATIONS, _HEADER = 0, 1, 2, 3


class ProgressBoard:
    """Errors of every candidate, written by the trials and read by whoever watches, without locks.

    Each trial writes its own rows and only then its counter, so that a reader who takes the counter first never sees a row
    that is not there yet. The file is sparse and lives as long as the folder it is in.
    """

    def __init__(self, path: Path) -> None:
        """Open a board that :meth:`create` made."""
        head = np.fromfile(path, dtype=np.int64, count=_HEADER)
        self.n_trials, self.n_iterations = int(head[_TRIALS]), int(head[_ITERATIONS])
        self._marks = np.memmap(path, dtype=np.int64, mode="r+", shape=(_HEADER + self.n_trials,))
        offset = self._marks.nbytes
        shape = (self.n_trials, self.n_iterations, 2)
        self._losses = np.memmap(path, dtype=np.float64, mode="r+", offset=offset, shape=shape)

    @classmethod
    def create(cls, path: Path, n_trials: int, n_iterations: int) -> "ProgressBoard":
        """Make an empty board for ``n_trials`` searches of ``n_iterations`` candidates each."""
        with path.open("wb") as file:
            np.array([0, n_trials, n_iterations], dtype=np.int64).tofile(file)
            file.truncate(8 * (_HEADER + n_trials) + 16 * n_trials * n_iterations)
        return cls(path)

    @property
    def is_stopped(self) -> bool:
        """Whether the user wants the run to end."""
        return bool(self._marks[_STOP])

    def stop(self) -> None:
        """Ask all trials to end after the batch they are at."""
        self._marks[_STOP] = 1

    def n_done(self, trial: int) -> int:
        """Candidates that trial (counted from 0) has evaluated."""
        return int(self._marks[_HEADER + trial])

    def record(self, trial: int, losses: FloatArray) -> None:
        """Add the next candidates of a trial.

        Args:
            trial: Counted from 0.
            losses: NRMSE and DECOMP.RSSD, shape (n, 2).
        """
        done = self.n_done(trial)
        self._losses[trial, done : done + len(losses)] = losses
        self._marks[_HEADER + trial] = done + len(losses)

    def losses(self, trial: int, start: int, end: int) -> FloatArray:
        """Errors of some candidates of a trial, copied, shape (end - start, 2)."""
        return np.array(self._losses[trial, start:end])
