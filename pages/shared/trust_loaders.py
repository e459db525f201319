"""What the pages about trust read from the workspace or compute: trust cards, and what data can show at all."""

import streamlit as st

from mmm_core.engine.project_file import write_project
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.entities.trust import Detectability, TrustCard
from pages.shared import loaders


def trust_card(run_id: str) -> TrustCard | None:
    """The trust card of a run as far as it is filled in; None before its first line, or when there can be none."""
    return _trust_card(str(loaders.workspace().folder), run_id, loaders.workspace().trust_version(run_id))


def detectability(data: MMMDataCollection) -> Detectability:
    """How large the effect of every channel must be before these data can show it; takes seconds when it was not asked before."""
    return _detectability(detectability_key(data), data)


def detectability_key(data: MMMDataCollection) -> tuple[str, str]:
    """What the answer of :func:`detectability` depends on: the data, and everything the settings say."""
    return data.data_hash, write_project(data.settings, TrialsConfig(), 0)


@st.cache_resource(max_entries=16, show_spinner=False)
def _trust_card(folder: str, run_id: str, version: int) -> TrustCard | None:
    del folder
    return loaders.workspace().load_trust(run_id) if version else None


@st.cache_resource(max_entries=16, show_spinner=False)
def _detectability(question: tuple[str, str], _data: MMMDataCollection) -> Detectability:
    from mmm_core.engine.detectability import detectable_roas

    del question  # the key of the cache; says all that _data does
    return detectable_roas(_data)
