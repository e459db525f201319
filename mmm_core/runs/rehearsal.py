"""A very small run from beginning to end, so that the first real one finds everything imported and compiled."""

import numpy as np
import pandas as pd

from mmm_core.entities.columns import Outcome, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.settings import Baseline, ModelSettings
from mmm_core.entities.trials_config import TrialsConfig

N_WEEKS = 60


def rehearse() -> None:
    """Warm the process pool, then run invented data through features, search and fronts; takes seconds the first time."""
    from mmm_core.engine.model_executor import warm_up
    from mmm_core.runs.execute import execute_project

    warm_up()
    execute_project(_invented_project())


def _invented_project() -> Project:
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
    return Project(data=data, trials=TrialsConfig(trials=1, iterations=200, cores=1), seed=0)
