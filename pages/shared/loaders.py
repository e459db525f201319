"""What most pages read from the workspace or compute, keyed by ids and versions; ``<subject>_loaders`` have the rest.

Every ``st.cache_*`` is in one of these modules.

Results of finished runs never change, so they are cached by id. What can change carries its version in the key
(the project's ``updated``). Cached objects are shared between sessions: read them, never change them.
"""

import os
import threading
import time
from pathlib import Path

import streamlit as st

from mmm_core.charts.vocabulary import Vocabulary, averaged_vocabulary, vocabulary
from mmm_core.engine.model_summary import SearchSize, expected_rate, search_size, seconds_of
from mmm_core.engine.project_file import ParsedProject, parse_project
from mmm_core.entities.clusters import ClusterReport, TooFewModels
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.fitted_model import FittedModel, ResponseCurve
from mmm_core.entities.ledger import Ledger
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_set import AVERAGED_ID, ModelSet, SetBasis, SetCurve
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.records import ProjectRecord, RunRecord, WorkerRecord
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import MMMError, NotFoundError
from mmm_core.store.workspace import Workspace
from pages.shared import session

Grouping = tuple[str, str | int]
"""By what models are grouped into clusters, and into how many."""

WORKER_WARMS_SECONDS = 60.0
LAST_RUNS = 12
"""How many runs are asked how fast they were."""


def workspace() -> Workspace:
    """The workspace of this machine; ``MMM_STUDIO_WORKSPACE`` says where."""
    return _workspace(os.environ.get("MMM_STUDIO_WORKSPACE", ""))


def project(project_id: str) -> ProjectRecord | None:
    """A project, or None when it is not in the workspace (any more)."""
    try:
        return workspace().get_project(project_id)
    except NotFoundError:
        return None


def run(run_id: str) -> RunRecord | None:
    """A run as it stands now, or None when it is not in the workspace (any more)."""
    try:
        return workspace().get_run(run_id)
    except NotFoundError:
        return None


def upload(project: ProjectRecord) -> IngestResult | None:
    """The table of a project with its findings; None before the upload."""
    return _upload(str(workspace().folder), project.project_id, project.updated.isoformat())


def previous_upload(project: ProjectRecord) -> IngestResult | None:
    """The table a project had before its last file; None when there was none."""
    return _previous_upload(str(workspace().folder), project.project_id, project.updated.isoformat())


def result(run_id: str) -> RunResult:
    """Everything a finished run found."""
    return _result(str(workspace().folder), run_id)


def run_upload(run_id: str) -> IngestResult:
    """The table a run worked on, with what was found while reading it."""
    return _run_upload(str(workspace().folder), run_id)


def words(run: RunRecord) -> Vocabulary:
    """Names, colours and units of a run."""
    return vocabulary(result(run.run_id), request(run).settings.outcome.currency)


def averaged_words(run: RunRecord) -> Vocabulary:
    """Names, colours and units of a run for its averaged estimate.

    Raises:
        NotFoundError: The run has none.
    """
    return averaged_vocabulary(words(run), posterior(run.run_id))


def posterior(run_id: str) -> Posterior:
    """The averaged estimate of a run.

    Raises:
        NotFoundError: The run has none.
    """
    found = result(run_id).posterior
    if found is None:
        raise NotFoundError(
            "This run has no averaged estimate: it was made without one, or by an older version. Run it again to get it."
        )
    return found


def request(run: RunRecord) -> ParsedProject:
    """What a run was asked to do: its project file, read."""
    return _request(run.run_id, run.project_file)


def pick_model(run_id: str, solution_id: str | None) -> None:
    """Keep which model of a run the user trusts (None: the recommended one)."""
    workspace().select_model(run_id, solution_id)
    _result.clear(str(workspace().folder), run_id)


def ensure_worker() -> None:
    """Start a worker process unless one lives; ``MMM_STUDIO_WORKER=off`` leaves it out, for tests of the pages alone."""
    if os.environ.get("MMM_STUDIO_WORKER") == "off":
        return
    from mmm_core.runs.worker import ensure_worker as ensure

    ensure(workspace())
    _worker.clear(str(workspace().folder))


def model(run_id: str, solution_id: str) -> FittedModel:
    """One candidate of a run, fitted again in full; or the averaged estimate as a model."""
    return _model(str(workspace().folder), run_id, solution_id)


def response(run_id: str, solution_id: str, channel: str) -> ResponseCurve:
    """Response curve of one channel of one candidate."""
    return _response(str(workspace().folder), run_id, solution_id, channel)


def model_set(run_id: str, basis: SetBasis, solution_id: str) -> ModelSet:
    """The models behind a choice, with one of them as point estimate."""
    return _model_set(str(workspace().folder), run_id, basis, solution_id, grouping(basis))


def ledger(run_id: str, basis: SetBasis, solution_id: str) -> Ledger:
    """Every number about channels and terms that pages show, over the models behind a choice."""
    return _ledger(str(workspace().folder), run_id, basis, solution_id, grouping(basis))


def set_curve(run_id: str, basis: SetBasis, solution_id: str, channel: str) -> SetCurve:
    """Response curve of one channel over the models behind a choice."""
    return _set_curve(str(workspace().folder), run_id, basis, solution_id, channel, grouping(basis))


def clusters(run_id: str, cluster_by: str, k: str | int) -> ClusterReport | TooFewModels:
    """Groups of like models on the fronts of a run, or why there are none."""
    return _clusters(str(workspace().folder), run_id, cluster_by, k)


def country_names() -> dict[str, str]:
    """ISO code to name of the countries whose public holidays are known."""
    return _country_names()


def expected_seconds(data: MMMDataCollection, trials: TrialsConfig) -> float | None:
    """How long a search will take on this machine, judging by its last runs or the worker's rehearsal; None before both."""
    home = workspace()
    timed = [(run, seconds) for run in home.list_runs() if (seconds := seconds_of(run))][:LAST_RUNS]
    sizes = ((_size(str(home.folder), run.run_id), run.n_done / seconds) for run, seconds in timed)
    rate = expected_rate(
        search_size(data, trials), [(size, rate) for size, rate in sizes if size is not None], home.load_rate()
    )
    return trials.n_candidates / rate if rate else None


def worker() -> WorkerRecord | None:
    """The worker that lives now; looked up at most once a second."""
    return _worker(str(workspace().folder))


def grouping(basis: SetBasis) -> Grouping | None:
    """How models are grouped, where that matters: a part of the key of what is kept."""
    return session.clustering() if basis is SetBasis.CLUSTER else None


@st.cache_resource(show_spinner=False)
def start_in_background() -> threading.Thread | None:
    """Once per process: make sure a worker lives and compile the kernels, without keeping any page waiting.

    ``MMM_STUDIO_WORKER=off`` leaves both out, for tests of the pages alone.
    """
    if os.environ.get("MMM_STUDIO_WORKER") == "off":
        return None
    thread = threading.Thread(target=_warm_up, args=(workspace(),), name="warm-up", daemon=True)
    thread.start()
    return thread


def _warm_up(home: Workspace) -> None:
    """Start the worker and, once it has compiled the kernels, load them here: compiling would hold up the first page."""
    from mmm_core.runs.worker import ensure_worker, worker_state  # heavy

    ensure_worker(home)
    patience = time.monotonic() + WORKER_WARMS_SECONDS
    while time.monotonic() < patience and not ((worker := worker_state(home)) and worker.is_warm):
        time.sleep(0.5)
    from mmm_core.engine.warm_up import warm_up  # heavy

    warm_up()


@st.cache_resource(show_spinner=False)
def _workspace(folder: str) -> Workspace:
    return Workspace(Path(folder) if folder else None)


@st.cache_resource(max_entries=64, show_spinner=False)
def _upload(folder: str, project_id: str, version: str) -> IngestResult | None:
    del folder, version
    return workspace().load_upload(project_id)


@st.cache_resource(max_entries=16, show_spinner=False)
def _previous_upload(folder: str, project_id: str, version: str) -> IngestResult | None:
    del folder, version
    return workspace().previous_upload(project_id)


@st.cache_resource(max_entries=8, show_spinner="Loading the models …")
def _result(folder: str, run_id: str) -> RunResult:
    del folder
    return workspace().load_result(run_id)


@st.cache_resource(max_entries=8, show_spinner=False)
def _run_upload(folder: str, run_id: str) -> IngestResult:
    del folder
    return workspace().load_run_upload(run_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def _request(run_id: str, project_file: str) -> ParsedProject:
    del run_id
    return parse_project(project_file)


@st.cache_resource(max_entries=64, show_spinner=False)
def _size(folder: str, run_id: str) -> SearchSize | None:
    """How large a run was; None when its data do not fit its settings (any more)."""
    asked = request(workspace().get_run(run_id))
    try:
        return search_size(
            MMMDataCollection(table=_run_upload(folder, run_id).table, settings=asked.settings), asked.trials
        )
    except MMMError:
        return None


@st.cache_resource(max_entries=64, show_spinner=False)
def _model(folder: str, run_id: str, solution_id: str) -> FittedModel:
    if solution_id == AVERAGED_ID:
        from mmm_core.engine.averaged_model import averaged_model

        return averaged_model(posterior(run_id))
    from mmm_core.engine.set_choice import model_of

    return model_of(_result(folder, run_id), solution_id, request(workspace().get_run(run_id)).trials)


@st.cache_resource(max_entries=32, show_spinner=False)
def _model_set(folder: str, run_id: str, basis: SetBasis, solution_id: str, grouping: Grouping | None) -> ModelSet:
    from mmm_core.engine.cluster_sets import set_of_cluster
    from mmm_core.engine.set_choice import choose_set

    found = _result(folder, run_id)
    if grouping is not None:
        return set_of_cluster(found, _clusters(folder, run_id, *grouping), solution_id)
    return choose_set(found, basis, solution_id, request(workspace().get_run(run_id)).trials)


@st.cache_resource(max_entries=64, show_spinner=False)
def _ledger(folder: str, run_id: str, basis: SetBasis, solution_id: str, grouping: Grouping | None) -> Ledger:
    from mmm_core.engine.ledger import build_ledger

    kind = _result(folder, run_id).collection.model_output.outcome_kind
    return build_ledger(_model_set(folder, run_id, basis, solution_id, grouping), kind)


@st.cache_resource(max_entries=512, show_spinner=False)
def _set_curve(
    folder: str, run_id: str, basis: SetBasis, solution_id: str, channel: str, grouping: Grouping | None
) -> SetCurve:
    from mmm_core.engine.model_sets import set_curve as curve

    return curve(_model_set(folder, run_id, basis, solution_id, grouping), channel)


@st.cache_resource(max_entries=512, show_spinner=False)
def _response(folder: str, run_id: str, solution_id: str, channel: str) -> ResponseCurve:
    from mmm_core.engine.candidate import response_curve

    return response_curve(_model(folder, run_id, solution_id), _result(folder, run_id).design, channel)


@st.cache_resource(max_entries=32, show_spinner="Grouping like models …")
def _clusters(folder: str, run_id: str, cluster_by: str, k: str | int) -> ClusterReport | TooFewModels:
    from mmm_core.engine.clusters_analyzer import analyse_clusters

    found = _result(folder, run_id)
    output = found.collection.model_output
    return analyse_clusters(output.reduced_to(found.pareto["solution_ids"]), output.outcome_kind, cluster_by, k)


@st.cache_resource(show_spinner=False)
def _country_names() -> dict[str, str]:
    from mmm_core.engine.country_names import country_names as names

    return names()


@st.cache_data(ttl=1, show_spinner=False)
def _worker(folder: str) -> WorkerRecord | None:
    del folder
    from mmm_core.runs.worker import worker_state

    return worker_state(workspace())
