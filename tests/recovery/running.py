"""Work through jobs on all cores, writing every answer down at once, so that a killed run goes on where it was."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.recovery.answering import Job, answer, fingerprints, prepare
from tests.recovery.records import Record, append, finished


def run_jobs(
    jobs: Sequence[Job], checkpoint: Path, cores: int, say: Callable[[str], None] = print
) -> dict[tuple[str, str], Record]:
    """Do what is not done yet.

    Args:
        jobs: All that is wanted.
        checkpoint: JSON lines; what the present code wrote there counts as done.
        cores: Processes; 1 works in this one.
        say: Told about every answer and how long the rest will take.

    Returns:
        Records by case and group: of the jobs, and of other groups where they are done on all of the same cases.
    """
    marks = fingerprints()
    done = finished(checkpoint, marks)
    waiting = [job for job in jobs if (job.case, job.group) not in done]
    say(
        f"{len(jobs) - len(waiting)} of {len(jobs)} answers are in {checkpoint}; {len(waiting)} to go on {cores} processes."
    )
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()

    def keep(record: Record, n_done: int) -> None:
        append(checkpoint, record)
        done[record.case, record.group] = record
        seconds = time.perf_counter() - began
        left = seconds / n_done * (len(waiting) - n_done)
        state = "failed" if record.error else "done"
        say(f"{n_done:>4} / {len(waiting)}  {record.case}, {record.group}: {state}; {left / 60:.1f} minutes left")

    if cores == 1 and waiting:
        prepare()
        for n_done, job in enumerate(waiting, start=1):
            keep(answer(job, marks[job.group]), n_done)
    elif waiting:
        _run_parallel(waiting, marks, cores, keep)
    cases = {job.case for job in jobs}
    asked = {job.group for job in jobs}
    whole = {group for group in marks if all((case, group) in done for case in cases)}
    return {key: record for key, record in done.items() if key[0] in cases and key[1] in asked | whole}


def n_answered(jobs: Sequence[Job], checkpoint: Path) -> int:
    """How many of the jobs need not be done, because the present code wrote their answers down before."""
    done = finished(checkpoint, fingerprints())
    return sum((job.case, job.group) in done for job in jobs)


def _run_parallel(
    waiting: Sequence[Job], marks: dict[str, str], cores: int, keep: Callable[[Record, int], None]
) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=context, initializer=prepare) as pool:
        futures = [pool.submit(answer, job, marks[job.group]) for job in waiting]
        try:
            for n_done, future in enumerate(as_completed(futures), start=1):
                keep(future.result(), n_done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
