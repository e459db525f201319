"""The report on the lift studies of a finished run, made in the worker part by part."""

from mmm_core.entities.records import CheckRecord
from mmm_core.entities.study_report import StudyReport
from mmm_core.runs.check_watch import CheckWatch
from mmm_core.store.workspace import Workspace

QUESTION = "{}"
"""There is nothing to set: the run says which studies, data and search."""


def check_studies_of_run(workspace: Workspace, check: CheckRecord, watch: CheckWatch) -> bool:
    """Compare a run with the same run without its studies, and without each of them.

    Args:
        workspace: Whose runs.
        check: What was asked.
        watch: Keeps the parts, and says when to stop.

    Returns:
        Whether the report is complete.

    Raises:
        SettingsError: The run has no lift study.
    """
    from mmm_core.engine.project_file import parse_project
    from mmm_core.engine.study_checks import check_studies
    from mmm_core.entities.mmmdata_collection import MMMDataCollection
    from mmm_core.entities.project import Project

    run = workspace.get_run(check.run_id)
    asked = parse_project(run.project_file)
    result = workspace.load_result(run.run_id)
    data = MMMDataCollection(
        table=workspace.load_run_table(run.run_id),
        settings=asked.settings,
        weibull_length=result.design.weibull_length,  # a refresh keeps that of the first model
    )
    report = check_studies(
        Project(data=data, trials=asked.trials, seed=asked.seed),
        result,
        known=workspace.load_check(check, StudyReport),
        progress=lambda report: watch.keep(report, len(report.answers)),
        should_stop=watch.should_stop,
    )
    return report.is_complete
