"""The backtest a page asked for, done by the worker date by date."""

from mmm_core.entities.backtest import Backtest, BacktestQuestion, Subject
from mmm_core.entities.records import CheckRecord
from mmm_core.runs.check_watch import CheckWatch
from mmm_core.store.codec import decode, dump_json, load_json
from mmm_core.store.workspace import Workspace


def write_question(question: BacktestQuestion) -> str:
    """A question as the workspace keeps it: JSON text."""
    return dump_json(question).decode()


def read_question(text: str) -> BacktestQuestion:
    """What :func:`write_question` wrote.

    Raises:
        StoreError: It is damaged.
    """
    return decode(BacktestQuestion, load_json(text.encode(), "The question of the backtest"))


def do_backtest(workspace: Workspace, check: CheckRecord, watch: CheckWatch) -> bool:
    """Foretell from every date that is missing; each is kept as soon as it is there.

    Returns:
        Whether the backtest is complete.

    Raises:
        MMMError: It cannot be made.
    """
    from mmm_core.engine.backtest import BacktestTask, run_backtest
    from mmm_core.engine.project_file import parse_project
    from mmm_core.engine.set_choice import hyperparameters_of
    from mmm_core.entities.mmmdata_collection import MMMDataCollection

    question, run = read_question(check.question), workspace.get_run(check.run_id)
    asked = parse_project(run.project_file)
    is_model = question.subject is Subject.MODEL
    result = workspace.load_result(check.run_id) if is_model else None
    task = BacktestTask(
        data=MMMDataCollection(table=workspace.load_run_table(check.run_id), settings=asked.settings),
        question=question,
        trials=asked.trials,
        seed=asked.seed,
        hyperparameters=hyperparameters_of(result, question.solution_id) if result else None,
        weibull_length=result.design.weibull_length if result else None,
    )
    found = run_backtest(
        task,
        kept=workspace.load_check(check, Backtest),
        progress=lambda parts: watch.keep(parts, parts.n_done),
        should_stop=watch.should_stop,
    )
    return found.is_complete
