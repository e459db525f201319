"""Every key of ``st.session_state`` and of the address, behind typed functions.

What is open (project, run, model) also stands in the address, ``?project=..&run=..&model=..``, so that a link or a
refresh restores it. The address wins over the session: a link somebody sent opens what it says.
"""

from typing import cast

import streamlit as st

from mmm_core.entities.model_set import SetBasis

PROJECT = "project"
RUN = "run"
MODEL = "model"
_CHAIN = (PROJECT, RUN, MODEL)
"""What is open, outermost first: another project closes the run, another run closes the model."""


def restore(*, write: bool = True) -> None:
    """Take over what the address says, and complete the address from the session.

    Args:
        write: Whether to complete the address; Home keeps its own clean.
    """
    given = {key: st.query_params.get(key) or None for key in _CHAIN}
    for position, key in enumerate(_CHAIN):
        if given[key] and given[key] != _read(key):
            for inner in _CHAIN[position:]:
                _put(inner, given[inner])
            break
    if write:
        for key in _CHAIN:
            _show_in_address(key, _read(key))


def project_id() -> str | None:
    """Id of the open project."""
    return _read(PROJECT)


def run_id() -> str | None:
    """Id of the open run."""
    return _read(RUN)


def model_id() -> str | None:
    """Solution id of the model that is looked at; None means the recommended one."""
    return _read(MODEL)


def open_project(project_id: str | None) -> None:
    """Open a project (None: close it); closes the run and the model of another one."""
    _open(PROJECT, project_id)


def open_run(run_id: str | None) -> None:
    """Open a run of the open project; closes the model of another one."""
    _open(RUN, run_id)


def open_model(solution_id: str | None) -> None:
    """Look at a model of the open run."""
    _open(MODEL, solution_id)


def address_of(*, project: str | None = None, run: str | None = None, model: str | None = None) -> dict[str, str]:
    """Query parameters of a link; what is None is left out."""
    given = {PROJECT: project, RUN: run, MODEL: model}
    return {key: value for key, value in given.items() if value}


def current_address() -> dict[str, str]:
    """Query parameters of what is open now, for links and page changes."""
    return address_of(project=project_id(), run=run_id(), model=model_id())


def chosen_basis() -> SetBasis | None:
    """Which models were chosen for pages to speak of on this visit; None before any choice."""
    kept = recall("basis")
    return SetBasis(kept) if kept in set(SetBasis) else None


def basis() -> SetBasis:
    """Which models pages speak of beside the one that is looked at; those on the fronts until another choice is made."""
    return chosen_basis() or SetBasis.FRONT


def set_basis(chosen: SetBasis) -> None:
    """Remember which models pages speak of, for this visit."""
    remember("basis", str(chosen))


def is_expert(project_id: str) -> bool:
    """Whether Configure shows everything for this project."""
    return bool(recall(f"expert.{project_id}", False))


def set_expert(project_id: str, *, value: bool) -> None:
    """Remember the level Configure shows for this project."""
    remember(f"expert.{project_id}", value)


def clustering() -> tuple[str, str | int]:
    """How the Clusters page groups models: by what, and into how many ("auto" or a number)."""
    return cast("tuple[str, str | int]", recall("clustering", ("hyperparameters", "auto")))


def set_clustering(cluster_by: str, k: str | int) -> None:
    """Remember how models are grouped, so that "this cluster" means the same on every page."""
    remember("clustering", (cluster_by, k))


def remember(key: str, value: object) -> None:
    """Keep a value of one page for this visit; survives going to other pages."""
    st.session_state[f"studio.{key}"] = value


def recall(key: str, default: object = None) -> object:
    """A value kept by :func:`remember`."""
    return st.session_state.get(f"studio.{key}", default)


def forget(key: str) -> None:
    """Drop a value kept by :func:`remember`."""
    st.session_state.pop(f"studio.{key}", None)


def generation(name: str) -> int:
    """A number that is part of widget keys; raising it makes the widgets start afresh from their defaults."""
    return cast("int", recall(f"generation.{name}", 0))


def start_afresh(name: str) -> None:
    """Make the widgets whose keys carry :func:`generation` of ``name`` take their defaults again."""
    remember(f"generation.{name}", generation(name) + 1)


def flash(message: str) -> None:
    """Show a short message on the next page drawn."""
    remember("flash", message)


def take_flash() -> str | None:
    """The message of :func:`flash`, once."""
    message = cast("str | None", recall("flash"))
    forget("flash")
    return message


def _read(key: str) -> str | None:
    return cast("str | None", recall(key))


def _put(key: str, value: str | None) -> None:
    if value:
        remember(key, value)
    else:
        forget(key)


def _open(key: str, value: str | None) -> None:
    if value != _read(key):
        for inner in _CHAIN[_CHAIN.index(key) + 1 :]:
            _put(inner, None)
            _show_in_address(inner, None)
    _put(key, value)
    _show_in_address(key, value)


def _show_in_address(key: str, value: str | None) -> None:
    if value:
        if st.query_params.get(key) != value:
            st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]
