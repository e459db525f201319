"""What the pages about lift studies read from the workspace or compute, kept by ids and versions."""

from collections.abc import Sequence

import streamlit as st

from mmm_core.charts.vocabulary import Vocabulary, design_vocabulary
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.records import CheckKind, CheckRecord, RunRecord
from mmm_core.entities.settings import LiftStudy
from mmm_core.entities.study_report import StudyPrediction, StudyReport
from pages.shared import loaders


def studies_of(run: RunRecord) -> tuple[LiftStudy, ...]:
    """The lift studies a run was asked to use."""
    return loaders.request(run).settings.calibration.studies


def check_of(run_id: str) -> CheckRecord | None:
    """The newest comparison of a run with and without its studies; None when none was asked for."""
    return loaders.workspace().latest_check(run_id, CheckKind.LEAVE_ONE_OUT)


def report_of(check: CheckRecord) -> StudyReport | None:
    """What it found so far."""
    version = loaders.workspace().check_version(check)
    return _report(str(loaders.workspace().folder), check.check_id, version, check)


def ask(run_id: str, n_studies: int) -> None:
    """Ask the worker for the comparison of a run, unless it is being made."""
    from mmm_core.engine.study_checks import plan_parts
    from mmm_core.runs.study_job import QUESTION

    loaders.workspace().ask_check(run_id, CheckKind.LEAVE_ONE_OUT, QUESTION, len(plan_parts(n_studies)))
    loaders.ensure_worker()


def data_words(data: MMMDataCollection) -> Vocabulary:
    """Names, colours and units of a project that need not have been run."""
    return _data_words(data.data_hash, str(data.settings.outcome), str(data.settings.channels), data)


def averaged_predictions(run_id: str) -> tuple[StudyPrediction, ...]:
    """What the averaged estimate of a run says about the studies it was asked to use."""
    return _averaged_predictions(str(loaders.workspace().folder), run_id)


@st.cache_resource(max_entries=16, show_spinner=False)
def _report(folder: str, check_id: str, version: int, _check: CheckRecord) -> StudyReport | None:
    del folder, check_id
    return loaders.workspace().load_check(_check, StudyReport) if version else None


@st.cache_resource(max_entries=16, show_spinner=False)
def _data_words(data_hash: str, outcome: str, channels: str, _data: MMMDataCollection) -> Vocabulary:
    from mmm_core.engine.features import build_media_design

    del data_hash, outcome, channels
    design, outcome_settings = build_media_design(_data), _data.settings.outcome
    spend: Sequence[float] = design.spend[design.rows].sum(axis=0).tolist()
    return design_vocabulary(design, outcome_settings.currency, outcome_settings.kind, spend)


@st.cache_resource(max_entries=32, show_spinner=False)
def _averaged_predictions(folder: str, run_id: str) -> tuple[StudyPrediction, ...]:
    from mmm_core.engine.study_checks import predictions_of_posterior

    del folder
    return predictions_of_posterior(loaders.posterior(run_id), studies_of(loaders.workspace().get_run(run_id)))
