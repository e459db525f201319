"""Small runs of the demo."""

import pandas as pd

from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.ingest import read_table
from mmm_core.engine.project_file import write_project
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.trials_config import TrialsConfig
from tests.runs.studio_process import ROOT

DEMO_CSV = ROOT / "assets" / "demo" / "demo_weekly.csv"
SMALL = TrialsConfig(trials=2, iterations=60, cores=1)
ENDLESS = TrialsConfig(trials=1, iterations=2_000_000, cores=1)


def demo_upload() -> IngestResult:
    return read_table(DEMO_CSV)


def demo_table() -> pd.DataFrame:
    return demo_upload().table


def demo_text(trials: TrialsConfig = SMALL, seed: int = 7) -> str:
    return write_project(demo_settings(), trials, seed, "Demo brand")


def demo_project(trials: TrialsConfig = SMALL, seed: int = 7, name: str = "Demo brand") -> Project:
    data = MMMDataCollection(table=demo_table(), settings=demo_settings())
    return Project(data=data, trials=trials, seed=seed, name=name)
