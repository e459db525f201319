"""Other people's data sets, from upload to front, without special handling. Skips only where the shared data are absent."""

import json
from pathlib import Path
from typing import Any

import pytest

from mmm_core import MMMDataCollection, MMMModelExecutor, ParetoOptimizer, TrialsConfig, read_table
from mmm_core.engine.features import build_design
from mmm_core.engine.ingest import suggested_settings

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
DATA_SETS = ["robyn_dt_simulated_weekly", "sibylhe_retail", "meridian_national_all_channels"]

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data sets are not here")


def open_data_set(name: str) -> tuple[MMMDataCollection, dict[str, Any]]:
    meta = json.loads((DATA / name / "meta.json").read_text(encoding="utf-8"))
    result = read_table(DATA / name / meta["file"])
    return MMMDataCollection(table=result.table, settings=suggested_settings(result)), meta["roles"]


@pytest.mark.parametrize("name", DATA_SETS)
def test_no_paid_channel_is_lost_between_upload_and_design(name: str) -> None:
    data, roles = open_data_set(name)
    design = build_design(data)
    assert set(design.paid_names) == set(roles["spend"])
    exposures = {paid.spend: paid.exposure for paid in data.settings.paid_media if paid.exposure}
    assert exposures == roles["exposure"]


@pytest.mark.parametrize("name", DATA_SETS)
def test_uploaded_data_reach_a_front(name: str) -> None:
    data, roles = open_data_set(name)
    run = MMMModelExecutor().model_run(data, TrialsConfig(trials=2, iterations=300, cores=1), quiet=True)
    result = ParetoOptimizer().pareto_optimize(data, run, min_candidates=20)
    assert len(result["solution_ids"]) >= 20
    assert list(result["estimates"]["channel"]) == [paid.spend for paid in data.settings.paid_media]
    assert set(result["estimates"]["channel"]) == set(roles["spend"])
    credited = (run.model_output.paid_contributions > 0).mean(axis=0)
    assert dict(zip(run.model_output.paid_names, credited > 0.05, strict=True)) == dict.fromkeys(roles["spend"], True)
