"""What the Refresh page reads and compares, cached: the dropped file, what is new in it, why an answer moved."""

import streamlit as st

from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_set import AVERAGED_ID, ModelSet, SetBasis, SetCurve
from mmm_core.entities.records import RunRecord
from mmm_core.entities.refresh import ModelRefreshConfig, RefreshCheck, RefreshReport
from pages.shared import loaders

Answer = tuple[str, str]
"""Id of a run and of one of its models, or of its averaged estimate."""


def new_rows(project_id: str) -> IngestResult | None:
    """The file that was dropped for the next refresh of a project; None when none waits."""
    home = loaders.workspace()
    version = home.new_rows_version(project_id)
    return _new_rows(str(home.folder), project_id, version) if version else None


def run_data(run: RunRecord) -> MMMDataCollection:
    """What a run modelled: its table with its roles."""
    return _run_data(str(loaders.workspace().folder), run.run_id, run.project_file)


def check(run: RunRecord, upload: IngestResult, version: int, config: ModelRefreshConfig) -> RefreshCheck:
    """What is new in a table, what changed, and whether a run can be refreshed with it.

    Args:
        run: The run that would be refreshed.
        upload: The table.
        version: Of the table: another number for another table.
        config: How many new periods a step needs.
    """
    return _check(str(loaders.workspace().folder), run.run_id, version, config, upload, run)


def report(run_id: str) -> RefreshReport | None:
    """Why the answer of a finished refresh moved; None when that was not found out."""
    return _report(str(loaders.workspace().folder), run_id)


def curves(before: Answer, now: Answer, channels: tuple[str, ...]) -> dict[str, tuple[SetCurve, SetCurve]]:
    """Response curves of two answers over the same spends, of the channels both have.

    Args:
        before: Id of the old run and of its model, or of its averaged estimate.
        now: The same of the new run.
        channels: Paid channels, highest spend first.
    """
    known = [set(loaders.result(answer[0]).design.paid_names) for answer in (before, now)]
    folder = str(loaders.workspace().folder)
    return {name: _curves(folder, before, now, name) for name in channels if name in known[0] & known[1]}


@st.cache_resource(max_entries=8, show_spinner=False)
def _new_rows(folder: str, project_id: str, version: int) -> IngestResult | None:
    del folder, version
    return loaders.workspace().load_new_rows(project_id)


@st.cache_resource(max_entries=8, show_spinner=False)
def _run_data(folder: str, run_id: str, project_file: str) -> MMMDataCollection:
    del folder, project_file
    run = loaders.workspace().get_run(run_id)
    return MMMDataCollection(table=loaders.run_upload(run_id).table, settings=loaders.request(run).settings)


@st.cache_resource(max_entries=32, show_spinner=False)
def _check(
    folder: str, run_id: str, version: int, config: ModelRefreshConfig, _upload: IngestResult, _run: RunRecord
) -> RefreshCheck:
    from mmm_core.engine.refresh_check import check_refresh

    del folder, run_id, version  # with the config the key of the cache
    return check_refresh(run_data(_run), _upload.table, config)


@st.cache_resource(max_entries=16, show_spinner=False)
def _report(folder: str, run_id: str) -> RefreshReport | None:
    del folder
    return loaders.workspace().load_refresh_report(run_id)


@st.cache_resource(max_entries=256, show_spinner=False)
def _curves(folder: str, before: Answer, now: Answer, channel: str) -> tuple[SetCurve, SetCurve]:
    from mmm_core.engine.refresh_curves import compare_curves

    del folder
    return compare_curves(_models_of(before), _models_of(now), channel)


def _models_of(answer: Answer) -> ModelSet:
    """The averaged estimate, or a model with the spread of its fronts."""
    run_id, solution_id = answer
    basis = SetBasis.AVERAGED if solution_id == AVERAGED_ID else SetBasis.FRONT
    return loaders.model_set(run_id, basis, solution_id)
