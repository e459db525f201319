"""What the caller of a run sees while it goes on: progress several times a second, and a way to stop it."""

import time
from collections.abc import Callable

import numpy as np

from mmm_core.engine.progress_board import ProgressBoard
from mmm_core.entities.run_result import SearchProgress
from mmm_core.kernels.hypervolume import FrontArchive

REPORT_SECONDS = 0.2
STOP_SECONDS = 0.1


class RunWatch:
    """Reads the board, keeps the front of all trials up to date, calls the caller back."""

    def __init__(
        self,
        board: ProgressBoard,
        progress: Callable[[SearchProgress], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self._board = board
        self._progress = progress
        self._should_stop = should_stop
        self._began = self._asked = time.perf_counter()
        self._reported = self._began - REPORT_SECONDS
        self._total = board.n_trials * board.n_iterations
        self._losses = np.empty((self._total, 2))
        self._trials = np.empty(self._total, dtype=np.int64)
        self._seen = np.zeros(board.n_trials, dtype=np.int64)
        self._front = FrontArchive()

    def __call__(self) -> None:
        """Look, unless it was done a moment ago: ask whether to stop, report what is new."""
        now = time.perf_counter()
        if self._should_stop is not None and now - self._asked >= STOP_SECONDS:
            self._asked = now
            if self._should_stop():
                self._board.stop()
        if self._progress is not None and now - self._reported >= REPORT_SECONDS:
            self.report()

    def report(self, stage: str = "searching") -> None:
        """Tell the caller where the search stands."""
        if self._progress is None:
            return
        self._read_news()
        self._reported = time.perf_counter()
        seconds, done = self._reported - self._began, int(self._seen.sum())
        self._progress(
            SearchProgress(
                done=done,
                total=self._total,
                seconds=seconds,
                models_per_second=done / seconds if seconds > 0 else 0.0,
                nrmse=self._losses[:done, 0],
                decomp_rssd=self._losses[:done, 1],
                trial=self._trials[:done],
                front=self._front.numbers,
                stage=stage,
            )
        )

    def _read_news(self) -> None:
        for trial in range(self._board.n_trials):
            start, end = int(self._seen[trial]), self._board.n_done(trial)
            if end == start:
                continue
            place = int(self._seen.sum())
            losses = self._board.losses(trial, start, end)
            self._losses[place : place + len(losses)] = losses
            self._trials[place : place + len(losses)] = trial + 1
            self._front.extend(losses[:, 0], losses[:, 1], place)
            self._seen[trial] = end


def report_preparing(progress: Callable[[SearchProgress], None] | None, total: int) -> None:
    """Tell the caller that the features are being made and nothing has been tried yet."""
    if progress is None:
        return
    none, no_index = np.empty(0), np.empty(0, dtype=np.int64)
    progress(
        SearchProgress(
            done=0,
            total=total,
            seconds=0.0,
            models_per_second=0.0,
            nrmse=none,
            decomp_rssd=none,
            trial=no_index,
            front=no_index,
            stage="preparing",
        )
    )
