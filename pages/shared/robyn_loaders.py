"""Every ``st.cache_*`` of the Robyn bridge: files read, models fitted again, ranked and written."""

import streamlit as st

from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.robyn import Placement, Reproduction, RobynExport, RobynModel
from mmm_core.errors import NotFoundError
from pages.shared import loaders
from pages.shared.robyn_files import DroppedFiles

IMPORTED = "imported"
"""Stands for the imported model where the page lists models to write."""


def model_of(files: DroppedFiles) -> RobynModel:
    """What a dropped file says.

    Raises:
        MMMError: It cannot be taken over.
    """
    return _model_of(files.digest, files)


def reproduction_of(files: DroppedFiles) -> Reproduction:
    """The model of a dropped file, fitted again."""
    return _reproduction_of(files.digest, files)


def kept_model(project_id: str) -> RobynModel | None:
    """The Robyn model a project was created from; None when it was created otherwise."""
    return _kept_model(str(loaders.workspace().folder), project_id, loaders.workspace().robyn_version(project_id))


def kept_reproduction(project_id: str) -> Reproduction:
    """The Robyn model a project was created from, fitted again."""
    home = loaders.workspace()
    return _kept_reproduction(str(home.folder), project_id, home.robyn_version(project_id))


def placement(project_id: str, run_id: str) -> Placement:
    """Where the Robyn model of a project stands among the models of a run.

    Raises:
        SettingsError: The run has other channels.
    """
    home = loaders.workspace()
    return _placement(str(home.folder), project_id, home.robyn_version(project_id), run_id)


def export(project_id: str, run_id: str, solution_id: str) -> RobynExport:
    """A model of a run as a Robyn file.

    Raises:
        SettingsError: Robyn cannot hold such a model; carries every reason.
    """
    return _export(str(loaders.workspace().folder), project_id, run_id, solution_id)


def export_kept(project_id: str) -> RobynExport:
    """The imported model of a project as a Robyn file again."""
    home = loaders.workspace()
    return _export_kept(str(home.folder), project_id, home.robyn_version(project_id))


@st.cache_resource(max_entries=8, show_spinner=False)
def _model_of(digest: str, _files: DroppedFiles) -> RobynModel:
    from mmm_core.engine.robyn_import import import_robyn  # heavy

    del digest
    return import_robyn(_files.model, _files.data, design=_files.design, name=_files.project_name)


@st.cache_resource(max_entries=8, show_spinner="Fitting the model again …")
def _reproduction_of(digest: str, _files: DroppedFiles) -> Reproduction:
    from mmm_core.engine.robyn_reproduce import reproduce  # heavy

    return reproduce(_model_of(digest, _files))


@st.cache_resource(max_entries=8, show_spinner=False)
def _kept_model(folder: str, project_id: str, version: int) -> RobynModel | None:
    from mmm_core.engine.robyn_import import import_robyn  # heavy

    del folder, version
    text = loaders.workspace().load_robyn(project_id)
    return None if text is None else import_robyn(text)


@st.cache_resource(max_entries=8, show_spinner="Fitting the model again …")
def _kept_reproduction(folder: str, project_id: str, version: int) -> Reproduction:
    from mmm_core.engine.robyn_reproduce import reproduce  # heavy

    return reproduce(_required(folder, project_id, version))


@st.cache_resource(max_entries=16, show_spinner="Comparing with every model of the run …")
def _placement(folder: str, project_id: str, version: int, run_id: str) -> Placement:
    from mmm_core.engine.robyn_place import place_among  # heavy

    report = _required(folder, project_id, version).report
    if report is None:
        raise NotFoundError("This project was taken over from Robyn's inputs alone, so there is no model to compare.")
    run = loaders.workspace().get_run(run_id)
    return place_among(report, loaders.result(run_id), loaders.request(run).trials)


@st.cache_resource(max_entries=16, show_spinner="Writing the model …")
def _export(folder: str, project_id: str, run_id: str, solution_id: str) -> RobynExport:
    from mmm_core.engine.robyn_export import export_robyn  # heavy

    del folder, project_id
    run, result = loaders.workspace().get_run(run_id), loaders.result(run_id)
    asked = loaders.request(run)
    data = MMMDataCollection(table=loaders.run_upload(run_id).table, settings=asked.settings)
    project = Project(data=data, trials=asked.trials, seed=asked.seed, name=asked.name)
    fitted = loaders.model(run_id, solution_id)
    return export_robyn(fitted, solution_id, project, result.design, run=result, with_design=True)


@st.cache_resource(max_entries=8, show_spinner="Writing the model …")
def _export_kept(folder: str, project_id: str, version: int) -> RobynExport:
    from mmm_core.engine.robyn_export import export_robyn  # heavy

    model = _required(folder, project_id, version)
    if model.report is None:
        raise NotFoundError("This project was taken over from Robyn's inputs alone, so there is no model to write.")
    result = _kept_reproduction(folder, project_id, version)
    return export_robyn(result.model, model.report.model_id, model.project, result.design, origin=model)


def _required(folder: str, project_id: str, version: int) -> RobynModel:
    model = _kept_model(folder, project_id, version)
    if model is None:
        raise NotFoundError("This project was not taken over from Robyn.")
    return model
