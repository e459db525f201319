"""``mmm-studio run --estimate``: the recommended answer, the models of the search, or both."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mmm_core.cli import main
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.runs.execute import average
from tests.runs.demo import DEMO_CSV, demo_project, demo_text

TINY = TrialsConfig(trials=1, iterations=60, cores=1)


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> tuple[int, dict[str, Any]]:
    (folder / "project.yaml").write_text(demo_text(TINY), encoding="utf-8")
    command = ["mmm-studio", "run", str(folder / "project.yaml"), "--data", str(DEMO_CSV), "--out", str(folder / "out")]
    monkeypatch.setattr(sys, "argv", [*command, *options])
    with pytest.raises(SystemExit) as end:
        main()
    written = folder / "out" / "summary.json"
    return int(end.value.code or 0), json.loads(written.read_text()) if written.exists() else {}


def test_both_answers_are_written_unless_one_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, summary = run(tmp_path, monkeypatch)
    assert (code, set(summary["estimates"])) == (0, {"pareto", "averaged"})
    for answer in summary["estimates"].values():
        assert set(answer["tv_spend"]) == {"spend", "contribution", "roas", "low", "high", "interval"}
    assert summary["averaged"]["worst_r_hat"] < 1.2


def test_the_models_of_the_search_alone_have_no_averaged_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, summary = run(tmp_path, monkeypatch, "--estimate", "pareto")
    assert (code, set(summary["estimates"]), summary["averaged"]) == (0, {"pareto"}, None)


def test_the_recommended_answer_alone_is_that_of_a_whole_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, summary = run(tmp_path, monkeypatch, "--estimate", "averaged")
    assert (code, set(summary["estimates"])) == (0, {"averaged"})
    assert not (tmp_path / "out" / "models.parquet").exists()
    assert "averaged over 1,400 plausible models" in capsys.readouterr().out
    again = average(demo_project(TINY))
    assert again is not None
    roas = again.channels.set_index("channel")["roas"]
    assert summary["estimates"]["averaged"]["tv_spend"]["roas"] == roas["tv_spend"]


def test_an_unknown_answer_is_refused_with_those_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, summary = run(tmp_path, monkeypatch, "--estimate", "best")
    assert (code, summary) == (2, {})
    assert "averaged" in capsys.readouterr().err
