"""A refresh for scripts: the run of a project, moved on to a newer table, as files."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from mmm_core.entities.estimate import Estimate
from mmm_core.entities.project import Project
from mmm_core.entities.refresh import AnswerMove, ModelRefreshConfig, RefreshReport
from mmm_core.errors import NotFoundError
from mmm_core.runs.execute import ProgressCallback, execute_project
from mmm_core.runs.execute_refresh import Refreshed, execute_refresh
from mmm_core.runs.export import write_run
from mmm_core.store.atomic_files import write_atomically

_ANSWERS = {Estimate.PARETO: "Pareto pick", Estimate.AVERAGED: "Recommended (averaged)"}


def refresh_project(
    old: Project,
    new: Project,
    config: ModelRefreshConfig,
    *,
    model: str | None = None,
    accept_revisions: bool = False,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Refreshed:
    """Run a project on its old data, which gives the same result every time, and refresh it with the new ones.

    Args:
        old: The project with the data its model was made from.
        new: The same project with the new data.
        config: How far, how often, how thoroughly.
        model: Solution to start from; None means the recommended pick.
        accept_revisions: Whether a history that changed is accepted.
        progress: Told where the run and then every step stand.
        should_stop: Asked between batches.

    Raises:
        NotFoundError: There is no such model.
        MMMError: The project cannot be run, or not be refreshed.
        RunCancelledError: It was stopped before it had anything worth keeping.
    """
    first, _ = execute_project(old, progress=progress, should_stop=should_stop)
    if model is not None and model not in first.collection.model_output.solution_ids:
        raise NotFoundError(f"The run of the old data has no model {model!r}. Give an id as models.parquet lists them.")
    picked = dataclasses.replace(first, collection=dataclasses.replace(first.collection, selected_id=model))
    return execute_refresh(
        picked,
        old.data,
        new.data,
        config,
        trials=old.trials,
        accept_revisions=accept_revisions,
        progress=progress,
        should_stop=should_stop,
    )


def write_refresh(folder: Path, refreshed: Refreshed) -> None:
    """Write the files of a run, and beside them ``refresh.csv`` (old and new) and ``causes.csv`` (why it moved).

    Args:
        folder: Created if absent.
        refreshed: What to write.

    Raises:
        WorkspaceError: The folder cannot be written.
    """
    write_run(folder, refreshed.result)
    for name, table_of in (("refresh", _terms), ("causes", _causes)):
        table = pd.concat([table_of(answer) for answer in refreshed.report.answers], ignore_index=True)
        write_atomically(folder / f"{name}.csv", table.to_csv(index=False).encode())


def describe_refresh(report: RefreshReport) -> Iterator[str]:
    """What a refresh did, line by line: the window, then per answer the paid channels with the largest cause of each move."""
    unit = report.frequency.value
    yield (
        f"{report.n_new} new {unit}{'' if report.n_new == 1 else 's'}; the window is now {report.after_start} to "
        f"{report.after_end} ({report.n_after} {unit}s)."
    )
    for answer in report.answers:
        yield f"{_ANSWERS[answer.estimate]}: {answer.before_label} -> {answer.after_label}"
        roas = answer.causes[answer.causes["measure"] == "roas"]
        for row in answer.terms[answer.terms["kind"] == "paid"].itertuples(index=False):
            own = roas[roas["term"] == row.term].sort_values("change", key=abs, ascending=False)
            why = "" if row.roas_change == 0 else f", mostly {own['cause'].iloc[0].replace('_', ' ')}"
            yield f"  {row.term}: ROAS {row.roas_before:.2f} -> {row.roas_after:.2f} ({row.roas_change:+.2f}{why})"
    yield from report.notes


def _terms(answer: AnswerMove) -> pd.DataFrame:
    return answer.terms.assign(estimate=answer.estimate.value)


def _causes(answer: AnswerMove) -> pd.DataFrame:
    return answer.causes.assign(estimate=answer.estimate.value)
