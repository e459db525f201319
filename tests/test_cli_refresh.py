"""``mmm-studio refresh``: the same refresh as everywhere, as files and lines."""

import subprocess
from pathlib import Path

import pandas as pd
import pytest

from mmm_core.entities.trials_config import TrialsConfig
from tests.runs.demo import DEMO_CSV, demo_table, demo_text
from tests.runs.studio_process import run_studio

TINY = TrialsConfig(trials=1, iterations=60, cores=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project file and the demo without its last 13 weeks."""
    folder = tmp_path_factory.mktemp("refresh")
    (folder / "project.yaml").write_text(demo_text(TINY), encoding="utf-8")
    pd.read_csv(DEMO_CSV).iloc[: len(demo_table()) - 13].to_csv(folder / "old.csv", index=False)
    return folder


def refresh(folder: Path, *options: str, new: Path = DEMO_CSV) -> subprocess.CompletedProcess[str]:
    return run_studio(
        "refresh", "project.yaml", "--data", "old.csv", "--new-data", new, "--out", "out", *options, workspace=folder
    )


@pytest.fixture(scope="module")
def done(folder: Path) -> subprocess.CompletedProcess[str]:
    ran = refresh(folder, "--steps", "13")
    assert ran.returncode == 0, ran.stderr
    return ran


def test_it_says_what_is_new_and_what_moved_per_channel_and_answer(done: subprocess.CompletedProcess[str]) -> None:
    lines = done.stdout.splitlines()
    assert lines[0].startswith("13 new weeks; the window is now 2021-04-05 to 2024-12-23 (195 weeks).")
    assert sum("tv_spend: ROAS" in line for line in lines) == 2
    assert any(line.startswith("Recommended (averaged)") for line in lines)


def test_the_files_hold_both_answers_and_causes_that_add_up(
    folder: Path, done: subprocess.CompletedProcess[str]
) -> None:
    del done
    terms, causes = (pd.read_csv(folder / "out" / f"{name}.csv") for name in ("refresh", "causes"))
    whole = terms.set_index(["estimate", "term"])["contribution_change"]
    parts = causes[causes["measure"] == "contribution"].groupby(["estimate", "term"])["change"].sum()
    pd.testing.assert_series_equal(parts, whole.reindex(parts.index), check_names=False)
    assert (folder / "out" / "models.parquet").exists()


def test_without_new_weeks_it_ends_with_one_sentence(folder: Path) -> None:
    refused = refresh(folder, new=folder / "old.csv")
    assert refused.returncode == 2
    assert "no week after 2024-09-23" in refused.stderr


def test_a_revised_history_has_to_be_accepted(folder: Path) -> None:
    table = pd.read_csv(DEMO_CSV)
    table.loc[40, "revenue"] *= 1.5
    table.to_csv(folder / "revised.csv", index=False)
    refused = refresh(folder, new=folder / "revised.csv")
    assert refused.returncode == 2
    assert "1 week of history changed in revenue (2021-10-11)" in refused.stderr
    assert refresh(folder, "--accept-revisions", "--quiet", new=folder / "revised.csv").returncode == 0


def test_an_unknown_mode_is_refused_with_the_allowed_ones(folder: Path) -> None:
    refused = refresh(folder, "--mode", "weekly")
    assert refused.returncode == 2
    assert "manual, auto" in refused.stderr
