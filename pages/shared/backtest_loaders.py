"""What the Backtest page reads from the workspace; cached by ids and versions, as in ``loaders``."""

import streamlit as st

from mmm_core.entities.backtest import Backtest, BacktestQuestion
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.records import CheckKind, CheckRecord
from mmm_core.runs.backtest_job import read_question, write_question
from pages.shared import loaders


def latest(run_id: str) -> CheckRecord | None:
    """The backtest of a run that was asked for last, as it stands now."""
    return loaders.workspace().latest_check(run_id, CheckKind.BACKTEST)


def found(check: CheckRecord) -> Backtest | None:
    """What a backtest has found so far; None before the first date."""
    version = loaders.workspace().check_version(check)
    return _found(str(loaders.workspace().folder), check.check_id, version, check) if version else None


def question(check: CheckRecord) -> BacktestQuestion:
    """What was asked."""
    return read_question(check.question)


def ask(run_id: str, question: BacktestQuestion) -> CheckRecord:
    """Put a backtest into the worker's hands."""
    asked = loaders.workspace().ask_check(run_id, CheckKind.BACKTEST, write_question(question), question.n_dates)
    loaders.ensure_worker()
    return asked


def collection(run_id: str) -> MMMDataCollection:
    """Table and settings of a run."""
    return _collection(str(loaders.workspace().folder), run_id)


@st.cache_resource(max_entries=16, show_spinner=False)
def _found(folder: str, check_id: str, version: int, _check: CheckRecord) -> Backtest | None:
    del folder, check_id, version  # the key of the cache
    return loaders.workspace().load_check(_check, Backtest)


@st.cache_resource(max_entries=8, show_spinner=False)
def _collection(folder: str, run_id: str) -> MMMDataCollection:
    del folder
    asked = loaders.request(loaders.workspace().get_run(run_id))
    return MMMDataCollection(table=loaders.run_upload(run_id).table, settings=asked.settings)
