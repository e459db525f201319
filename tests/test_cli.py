import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pytest

from mmm_core.cli import main
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.entities.trust import TrustCard, Verdict
from mmm_core.runs.execute import execute_project
from mmm_core.store.codec import decode
from tests.runs.demo import DEMO_CSV, ENDLESS, demo_project, demo_text
from tests.runs.studio_process import ROOT, run_studio, studio_environment, wait_until

TINY = TrialsConfig(trials=1, iterations=60, cores=1)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "project.yaml").write_text(demo_text(TINY), encoding="utf-8")
    ran = run_studio("run", "project.yaml", "--data", DEMO_CSV, "--out", "results/new", workspace=folder)
    assert ran.returncode == 0, ran.stderr
    return folder / "results" / "new", ran


class Refused(Protocol):
    """Runs a project that cannot be run, and gives the one sentence that says why."""

    def __call__(self, project: str, data: Path = DEMO_CSV, out: str = "out") -> str: ...


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    def run(project: str, data: Path = DEMO_CSV, out: str = "out") -> str:
        (tmp_path / "project.yaml").write_text(project, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["mmm-studio", "run", "project.yaml", "--data", str(data), "--out", out])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        assert (end.value.code, said.out, said.err.count("\n")) == (2, "", 1), said.err
        return said.err

    return run


def test_the_models_are_those_of_the_dashboard(done: tuple[Path, object]) -> None:
    here, _ = execute_project(demo_project(TINY))
    pd.testing.assert_frame_equal(pd.read_parquet(done[0] / "models.parquet"), here.collection.model_output.to_frame())


def test_the_pareto_models_are_listed_best_front_first(done: tuple[Path, object]) -> None:
    pareto = pd.read_parquet(done[0] / "pareto.parquet")
    assert pareto["front"].is_monotonic_increasing
    assert (pareto["front"] > 0).all()
    assert pareto["error_score"].notna().all()


def test_the_summary_is_strict_json_with_what_is_needed_to_repeat_the_run(done: tuple[Path, object]) -> None:
    summary = json.loads((done[0] / "summary.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert (summary["seed"], summary["models"]) == (7, 60)
    assert summary["data_hash"] == demo_project().data.data_hash
    assert {"mmm_studio", "python", "numpy", "nevergrad"} <= set(summary["versions"])
    assert {"features", "search", "pareto", "writing"} <= set(summary["timings"])
    assert summary["models_per_second"] > 0
    assert {"converged", "messages"} == set(summary["convergence"])


def test_the_summary_gives_an_estimate_with_its_interval_for_every_paid_channel(done: tuple[Path, object]) -> None:
    estimates = json.loads((done[0] / "summary.json").read_text(encoding="utf-8"))["estimates"]["pareto"]
    assert set(estimates) == {"tv_spend", "search_spend", "social_spend", "ooh_spend", "print_spend"}
    for estimate in estimates.values():
        assert set(estimate) == {"spend", "contribution", "roas", "low", "high", "interval"}
        assert estimate["roas"] == pytest.approx(estimate["contribution"] / estimate["spend"])


def test_the_summary_names_the_recommended_model(done: tuple[Path, object]) -> None:
    (recommended,) = json.loads((done[0] / "summary.json").read_text(encoding="utf-8"))["recommended_models"]
    models = pd.read_parquet(done[0] / "models.parquet").set_index("solution_id")
    assert recommended["nrmse"] == models.loc[recommended["solution_id"], "nrmse"]
    assert recommended["mape"] is None or np.isfinite(recommended["mape"])


def test_a_run_shows_its_progress_and_says_what_was_found(done: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    assert "60/60" in done[1].stderr
    assert "models/s" in done[1].stderr
    assert "60 models" in done[1].stdout


def test_only_the_three_files_are_left(done: tuple[Path, object]) -> None:
    assert sorted(path.name for path in done[0].iterdir()) == ["models.parquet", "pareto.parquet", "summary.json"]


def test_a_missing_project_file_ends_with_code_2_and_one_sentence(tmp_path: Path) -> None:
    ran = run_studio("run", "nothing.yaml", "--data", DEMO_CSV, "--out", "out", workspace=tmp_path)
    assert (ran.returncode, ran.stderr) == (2, "There is no project file 'nothing.yaml'; check its path.\n")


def test_an_unknown_key_is_refused_with_the_nearest_known_one(refused: Refused) -> None:
    sentence = refused(demo_text(TINY).replace("iterations", "itterations"))
    assert "itterations" in sentence
    assert "'iterations'" in sentence


def test_data_that_cannot_be_modelled_are_refused(refused: Refused) -> None:
    assert "tee_vee" in refused(demo_text(TINY).replace("tv_spend", "tee_vee"))


def test_a_missing_data_file_is_refused(refused: Refused) -> None:
    assert "nowhere.csv" in refused(demo_text(TINY), data=Path("nowhere.csv"))


def test_a_folder_that_cannot_be_written_is_refused_before_the_search(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    assert "taken" in refused(demo_text(ENDLESS), out="taken/out")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("trust")
    (folder / "project.yaml").write_text(demo_text(TINY), encoding="utf-8")
    ran = run_studio("trust", "project.yaml", "--data", DEMO_CSV, "--out", "new/card.json", workspace=folder)
    assert ran.returncode == 0, ran.stderr
    return folder / "new" / "card.json", ran


def test_trust_says_a_verdict_per_channel_and_its_progress_beside_it(
    checked: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    lines = checked[1].stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == ["TV", "Search", "Social", "OOH", "Print"]
    said = [verdict.value for verdict in Verdict]
    assert all(any(line.split(": ", 1)[1].startswith(words) for words in said) for line in lines)
    assert all(f"{number}/8 " in checked[1].stderr for number in range(1, 9))


def test_the_card_is_strict_json_that_can_be_read_again(checked: tuple[Path, object]) -> None:
    document = json.loads(checked[0].read_text(encoding="utf-8"), parse_constant=pytest.fail)
    card = decode(TrustCard, document)
    assert card.is_complete
    assert card.seed == 7
    assert document["data_hash"] == demo_project().data.data_hash


def test_trust_refuses_a_place_that_cannot_be_written_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text(demo_text(TINY), encoding="utf-8")
    (tmp_path / "taken").touch()
    ran = run_studio("trust", "project.yaml", "--data", DEMO_CSV, "--out", "taken/card.json", workspace=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert "taken" in ran.stderr


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text(demo_text(ENDLESS), encoding="utf-8")
    arguments = ["run", "project.yaml", "--data", str(DEMO_CSV), "--out", "out", "--quiet"]
    command, log = [sys.executable, "-m", "mmm_core.cli", *arguments], tmp_path / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(command, cwd=tmp_path, env=studio_environment(tmp_path), stderr=stream)
        wait_until((tmp_path / "out").exists, 180, "the start of the search")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    assert list((tmp_path / "out").iterdir()) == []
    assert log.read_text() == "Stopped; nothing was written.\n"


def test_the_command_starts_quickly_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, mmm_core.cli; print(sorted({'numpy', 'pandas', 'sqlalchemy', 'rich.progress'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_with_validation_all_three_errors_are_said_and_written(tmp_path: Path) -> None:
    text = demo_text(TrialsConfig(trials=1, iterations=60, cores=1, timeseries_validation=True))
    (tmp_path / "project.yaml").write_text(text, encoding="utf-8")
    given = ("--data", DEMO_CSV, "--out", "out", "--estimate", "pareto")
    ran = run_studio("run", "project.yaml", *given, workspace=tmp_path)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["recommended_models"][0]
    written = [summary[f"nrmse_{part}"] for part in ("train", "val", "test")]
    said = "{:.4f} (train), {:.4f} (validation), {:.4f} (test); the test part chose nothing"
    assert said.format(*written) in ran.stdout
    assert pd.read_parquet(tmp_path / "out" / "pareto.parquet")["nrmse_test"].notna().all()
