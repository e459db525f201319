"""What the worker does before anyone waits: a small run from beginning to end, and the features of the newest project."""

import numpy as np
import pandas as pd

from mmm_core.entities.columns import Outcome, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.settings import Baseline, ModelSettings
from mmm_core.entities.trials_config import NEVERGRAD_ALGORITHMS, TrialsConfig
from mmm_core.store.workspace import Workspace

N_WEEKS = 60
FIRST = TrialsConfig(trials=1, iterations=200, cores=1)
MEASURED = TrialsConfig(trials=4, iterations=1000)
"""Enough models for a rate, on all processors as a run of the user's; a quarter of a second."""


def rehearse() -> float:
    """Warm the process pool, then run invented data through features, search and fronts; takes seconds the first time.

    Returns:
        Models per second of a search with everything warm.
    """
    from mmm_core.engine.model_executor import warm_up
    from mmm_core.engine.warm_up import warm_up_sampler
    from mmm_core.runs.execute import execute_project

    warm_up()
    execute_project(_invented_project(FIRST))
    warm_up_sampler()
    result, _ = execute_project(_invented_project(MEASURED), with_average=False)
    return result.collection.info.models_per_second


class Foresight:
    """Prepares the run that probably comes next: that of the project worked on last.

    Prophet's fit of its outcome is the longest wait between Start and the first candidate; a first search with one of
    nevergrad's algorithms would import it in every process of the pool.

    Args:
        workspace: Whose projects.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._seen: tuple[object, ...] = ()
        self._is_nevergrad_warm = False

    def look_ahead(self) -> None:
        """Prepare, if the newest project or its settings changed since the last time; else cheap.

        Raises:
            MMMError: The project cannot be run as it is.
        """
        newest = next(iter(self._workspace.list_projects()), None)
        seen = (newest.project_id, newest.updated) if newest else ()
        if newest is None or seen == self._seen:
            return
        self._seen = seen
        text, upload = (
            self._workspace.load_project_file(newest.project_id),
            self._workspace.load_upload(newest.project_id),
        )
        if text is not None and upload is not None:
            self._prepare(text, upload.table)

    def _prepare(self, text: str, table: pd.DataFrame) -> None:
        from mmm_core.engine.features import build_run_design
        from mmm_core.engine.model_executor import warm_up
        from mmm_core.engine.project_file import parse_project

        asked = parse_project(text)
        build_run_design(MMMDataCollection(table=table, settings=asked.settings), asked.trials)
        if asked.trials.algorithm in NEVERGRAD_ALGORITHMS and not self._is_nevergrad_warm:
            self._is_nevergrad_warm = True
            warm_up(asked.trials.cores, asked.trials.algorithm)


def _invented_project(trials: TrialsConfig) -> Project:
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "date": pd.date_range("2022-01-03", periods=N_WEEKS, freq="7D"),
            "revenue": random.normal(1000.0, 50.0, N_WEEKS),
            "tv_spend": random.gamma(2.0, 50.0, N_WEEKS),
        }
    )
    settings = ModelSettings(
        date="date",
        outcome=Outcome(column="revenue"),
        paid_media=(PaidMedia(spend="tv_spend"),),
        baseline=Baseline(trend=True, season=True, holidays="US"),
    )
    data = MMMDataCollection(table=table, settings=settings)
    return Project(data=data, trials=trials, seed=0)
