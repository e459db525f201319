"""The command ``mmm-studio``: the dashboard, a worker, and runs in scripts and on schedulers."""

import dataclasses
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from mmm_core.entities.estimate import Estimate
from mmm_core.errors import MMMError, RunCancelledError

if TYPE_CHECKING:
    from mmm_core.entities.project import Project
    from mmm_core.entities.run_result import SearchProgress

BAD_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    name="mmm-studio",
    help="Marketing mix modelling: what did each channel really bring? Without a command, opens the dashboard.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

robyn = typer.Typer(
    help="Take over a model of Meta's Robyn, or write one for it.", rich_markup_mode=None, no_args_is_help=True
)
app.add_typer(robyn, name="robyn")

PortOption = Annotated[int, typer.Option(min=1, max=65535, help="Port of the dashboard on this machine.")]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        help="Folder that keeps projects and results; default: MMM_STUDIO_WORKSPACE, or the user data folder.",
        show_default=False,
    ),
]


def main() -> NoReturn:
    """Run the command; mistakes end with one sentence on the standard error and exit code 2."""
    limit_threads()
    try:
        app(standalone_mode=True)
    except MMMError as error:
        sys.exit(_complain(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0)


def limit_threads() -> None:
    """One thread per process, before numpy is imported: the same numbers as in the worker, and no fight for the cores."""
    from mmm_core.runs.threads import ONE_THREAD

    os.environ.update(ONE_THREAD)


@app.callback(invoke_without_command=True)
def choose(context: typer.Context) -> None:
    """Marketing mix modelling: what did each channel really bring? Without a command, opens the dashboard."""
    if context.invoked_subcommand is None:
        open_app()


@app.command("app")
def open_app(port: PortOption = 8501, workspace: WorkspaceOption = None) -> None:
    """Open the dashboard on this machine, with a worker beside it. Ctrl-C stops both."""
    from mmm_core.runs.launcher import launch_app

    code = launch_app(port, folder=workspace, say=_say, warn=_warn)
    raise typer.Exit(code)


@app.command("worker")
def be_worker(workspace: WorkspaceOption = None) -> None:
    """Serve the queue of a workspace in this terminal, in addition to the worker the dashboard starts."""
    from mmm_core.runs.worker import run_worker

    run_worker(workspace)


@app.command("run")
def run_project(
    project: Annotated[Path, typer.Argument(help="Project file, YAML or JSON.", show_default=False)],
    data: Annotated[Path, typer.Option(help="Data, CSV or XLSX.", show_default=False)],
    out: Annotated[
        Path, typer.Option(help="Folder for models.parquet, pareto.parquet and summary.json.", show_default=False)
    ],
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless something is wrong.")] = False,
    cores: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: what the project file says.", show_default=False)
    ] = None,
    estimate: Annotated[
        Estimate, typer.Option(help="The recommended answer (averaged), the models of the search (pareto), or both.")
    ] = Estimate.BOTH,
) -> None:
    """Run a project file on its data, as the dashboard would, and write the results into a folder."""
    from mmm_core.engine.project_file import load_project_file
    from mmm_core.runs.execute import execute_project
    from mmm_core.runs.export import prepare_folder, write_run
    from mmm_core.runs.headline import fit_by_part, summarise
    from mmm_core.runs.processes import shield_from_interrupt

    loaded = load_project_file(project, data)
    if cores is not None:
        loaded = dataclasses.replace(loaded, trials=dataclasses.replace(loaded.trials, cores=cores))
    prepare_folder(out)
    interrupt = _Interrupt()
    shield_from_interrupt(interrupt)
    if estimate is Estimate.AVERAGED:
        _run_average(loaded, out, interrupt, quiet=quiet)
        return
    with _progress_bar(quiet) as tell:
        try:
            result, _ = execute_project(
                loaded,
                progress=tell,
                should_stop=lambda: interrupt.came,
                with_average=estimate is Estimate.BOTH,
            )
        except RunCancelledError:
            assert interrupt.came, "nobody else can stop it"
    if interrupt.came:
        _warn("Stopped; nothing was written.")
        raise typer.Exit(INTERRUPTED)
    write_run(out, result)
    if not quiet:
        _say(". ".join(filter(None, (summarise(result), fit_by_part(result), _written(out)))))


def _written(folder: Path) -> str:
    return f"Written to {folder}: models.parquet, pareto.parquet, summary.json"


def _run_average(project: "Project", out: Path, interrupt: "_Interrupt", *, quiet: bool) -> None:
    """The recommended answer alone, without a search."""
    from mmm_core.runs.execute import average
    from mmm_core.runs.export import write_average
    from mmm_core.runs.headline import summarise_average

    posterior = average(project, should_stop=lambda: interrupt.came, patience=0.0)
    if posterior is None or interrupt.came:
        _warn("Stopped; nothing was written.")
        raise typer.Exit(INTERRUPTED)
    write_average(out, project, posterior)
    if not quiet:
        _say(f"{summarise_average(posterior, project.data.settings.outcome.kind)}. Written to {out}: summary.json")


@app.command("refresh")
def refresh(  # noqa: PLR0913, PLR0917 - one parameter per option
    project: Annotated[Path, typer.Argument(help="Project file, YAML or JSON.", show_default=False)],
    data: Annotated[Path, typer.Option(help="The data its model was made from.", show_default=False)],
    new_data: Annotated[Path, typer.Option(help="The new data: history and new periods.", show_default=False)],
    out: Annotated[
        Path, typer.Option(help="Folder for the files of a run, refresh.csv and causes.csv.", show_default=False)
    ],
    steps: Annotated[int, typer.Option(min=1, help="Periods the window moves by in one step.")] = 4,
    mode: Annotated[str, typer.Option(help="manual: one step; auto: as many as the new data allow.")] = "manual",
    model: Annotated[
        str | None, typer.Option(help="Solution to start from; default: the recommended pick.", show_default=False)
    ] = None,
    accept_revisions: Annotated[
        bool, typer.Option("--accept-revisions", help="Go on when the history changed.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless something is wrong.")] = False,
) -> None:
    """Move the model of a project on to newer data, and say what moved and why."""
    from mmm_core.engine.project_file import load_project_file
    from mmm_core.entities.refresh import ModelRefreshConfig
    from mmm_core.runs.export import prepare_folder
    from mmm_core.runs.processes import shield_from_interrupt
    from mmm_core.runs.refresh_files import describe_refresh, refresh_project, write_refresh

    config = ModelRefreshConfig(refresh_steps=steps, refresh_mode=mode)
    old, new = load_project_file(project, data), load_project_file(project, new_data)
    prepare_folder(out)
    interrupt = _Interrupt()
    shield_from_interrupt(interrupt)
    with _progress_bar(quiet) as tell:
        try:
            refreshed = refresh_project(
                old,
                new,
                config,
                model=model,
                accept_revisions=accept_revisions,
                progress=tell,
                should_stop=lambda: interrupt.came,
            )
        except RunCancelledError:
            assert interrupt.came, "nobody else can stop it"
    if interrupt.came:
        _warn("Stopped; nothing was written.")
        raise typer.Exit(INTERRUPTED)
    write_refresh(out, refreshed)
    if not quiet:
        for line in (*describe_refresh(refreshed.report), f"Written to {out}."):
            _say(line)


@app.command("trust")
def check_trust(
    project: Annotated[Path, typer.Argument(help="Project file, YAML or JSON.", show_default=False)],
    data: Annotated[Path, typer.Option(help="Data, CSV or XLSX.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="File for the whole card, as JSON.", show_default=False, dir_okay=False)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say no progress, only the verdicts.")] = False,
    cores: Annotated[
        int | None, typer.Option(min=1, help="Threads; default: what the project file says.", show_default=False)
    ] = None,
) -> None:
    """Check the recommended answer of a project, and say per channel what may be done: act, test first, or cannot be told."""
    from mmm_core.engine.project_file import load_project_file
    from mmm_core.runs.processes import shield_from_interrupt
    from mmm_core.runs.trust_report import check_project, prepare_file, verdict_lines, write_card

    loaded = load_project_file(project, data)
    if cores is not None:
        loaded = dataclasses.replace(loaded, trials=dataclasses.replace(loaded.trials, cores=cores))
    if out is not None:
        prepare_file(out)
    interrupt = _Interrupt()
    shield_from_interrupt(interrupt)
    card = check_project(loaded, tell=(lambda _: None) if quiet else _warn, should_stop=lambda: interrupt.came)
    if card is None or not card.is_complete:
        _warn("Stopped; nothing was written.")
        raise typer.Exit(INTERRUPTED)
    for line in verdict_lines(card):
        _say(line)
    if out is not None:
        write_card(out, card, loaded)
        if not quiet:
            _warn(f"Written to {out}.")


@robyn.command("import")
def import_model(
    model: Annotated[Path, typer.Argument(help="RobynModel-….json, as robyn_write() made it.", show_default=False)],
    out: Annotated[
        Path, typer.Option(help="Folder for project.yaml, data.csv, report.json and robyn.json.", show_default=False)
    ],
    data: Annotated[
        Path | None, typer.Option(help="The table Robyn was given, when it is not in the file.", show_default=False)
    ] = None,
    design: Annotated[
        Path | None,
        typer.Option(help="InputCollect$dt_mod as CSV: R's own trend, season and holidays.", show_default=False),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless something is wrong.")] = False,
) -> None:
    """Take over a Robyn model: a project to run, and a report of its numbers fitted again with what differs and why."""
    from mmm_core.runs.robyn_files import import_files

    for line in import_files(model, data, design, out):
        if not quiet:
            _say(line)


@robyn.command("export")
def export_model(
    folder: Annotated[
        Path, typer.Argument(help="Results of mmm-studio run, or a folder of robyn import.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="File to write.", show_default=False, dir_okay=False)],
    model: Annotated[str, typer.Option(help="Its solution_id; default: the imported or recommended model.")] = "",
    project: Annotated[
        Path | None, typer.Option(help="Project file of the run; default: project.yaml in the folder.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Data of the run; default: data.csv in the folder.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless something is wrong.")] = False,
) -> None:
    """Write a model as Robyn's JSON, from which robyn_recreate() makes it again in R."""
    from mmm_core.runs.robyn_files import export_file

    export = export_file(folder, model, out, project, data)
    if not quiet:
        for line in (*export.notes, f"Written to {out}."):
            _say(line)


class _Interrupt:
    """Remembers the first Ctrl-C; the second ends the process at once."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self) -> None:
        if self.came:
            from mmm_core.runs.processes import end_children, remove_run_folders

            end_children()
            remove_run_folders()
            os._exit(INTERRUPTED)
        self.came = True


@contextmanager
def _progress_bar(quiet: bool) -> Iterator[Callable[["SearchProgress"], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]:,.0f} models/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("Preparing", total=None, speed=0.0)

        def tell(progress: "SearchProgress") -> None:
            bar.update(
                task,
                description=progress.stage.capitalize(),
                completed=progress.done,
                total=progress.total,
                speed=progress.models_per_second,
            )

        yield tell
        if bar.finished:
            bar.update(task, description="Done")


def _complain(error: MMMError) -> int:
    _warn(" ".join(str(error).split("\n")))
    return BAD_INPUT


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _warn(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
