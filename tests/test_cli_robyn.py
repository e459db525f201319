"""``mmm-studio robyn``: a Robyn file to a project that runs, and a model to a Robyn file."""

import json
import sys
from pathlib import Path

import pytest

from mmm_core.cli import main
from mmm_core.engine.project_file import load_project_file
from mmm_core.engine.robyn_import import import_robyn
from mmm_core.engine.robyn_reproduce import reproduce
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.runs.execute import execute_project
from mmm_core.runs.export import write_run
from tests.robyn_builders import golden_robyn, robyn_design, robyn_document, robyn_text
from tests.runs.demo import DEMO_CSV, demo_project, demo_text

TINY = TrialsConfig(trials=1, iterations=60, cores=1)


class Studio:
    """``mmm-studio robyn`` in a folder of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        monkeypatch.chdir(folder)

    def run(self, *command: str) -> tuple[int, str, str]:
        """Exit code, what was said, and what was complained."""
        self._monkeypatch.setattr(sys, "argv", ["mmm-studio", "robyn", *command])
        with pytest.raises(SystemExit) as end:
            main()
        said = self._capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Studio:
    (tmp_path / "model.json").write_text(robyn_text(), encoding="utf-8")
    (tmp_path / "inputs.json").write_text(robyn_text("fitted_again"), encoding="utf-8")
    (tmp_path / "dt_mod.csv").write_bytes(robyn_design())
    return Studio(tmp_path, monkeypatch, capsys)


def imported(studio: Studio) -> str:
    code, said, _ = studio.run("import", "model.json", "--design", "dt_mod.csv", "--out", "taken")
    assert code == 0
    return said


def test_an_import_says_how_near_it_comes_and_what_differs(studio: Studio) -> None:
    said = imported(studio)
    assert "Model 1_130_1 of Robyn (dev) v3.12.1" in said
    assert "- Window: The model was fitted to 170 weeks" in said


def test_the_project_of_an_import_is_that_of_the_file(studio: Studio) -> None:
    imported(studio)
    project = load_project_file(studio.folder / "taken" / "project.yaml", studio.folder / "taken" / "data.csv")
    expected = golden_robyn().project
    assert project.data.settings == expected.data.settings
    assert project.data.data_hash == expected.data.data_hash
    assert (project.trials, project.seed) == (expected.trials, expected.seed)


def test_the_report_holds_the_numbers_of_robyn_beside_ours(studio: Studio) -> None:
    imported(studio)
    report = json.loads((studio.folder / "taken" / "report.json").read_text(), parse_constant=pytest.fail)
    assert (report["model_id"], report["baseline_from"]) == ("1_130_1", "robyn")
    for term in report["terms"]:
        assert term["ours"] == pytest.approx(term["robyn"], rel=1e-6)
    assert {one["subject"] for one in report["differences"]} >= {"Window", "Prophet", "Solver", "ROAS", "Total ROAS"}


def test_an_imported_model_is_exported_as_it_came(studio: Studio) -> None:
    imported(studio)
    code, said, _ = studio.run("export", "taken", "--out", "again.json")
    again = json.loads((studio.folder / "again.json").read_text())
    assert (code, again["ExportedModel"]["select_model"]) == (0, ["1_130_1"])
    assert again["ExportedModel"]["hyper_values"] == robyn_document()["ExportedModel"]["hyper_values"]
    assert "Written to again.json" in said


def test_a_file_without_data_takes_them_from_beside_it(studio: Studio) -> None:
    code, said, _ = studio.run("import", "inputs.json", "--data", str(DEMO_CSV), "--out", "taken", "--quiet")
    assert (code, said) == (0, "")
    assert json.loads((studio.folder / "taken" / "report.json").read_text())["periods"] == 135


def test_a_model_of_a_run_is_exported_and_comes_back_with_its_contributions(studio: Studio) -> None:
    (studio.folder / "project.yaml").write_text(demo_text(TINY), encoding="utf-8")
    result, _ = execute_project(demo_project(TINY), with_average=False)
    write_run(studio.folder / "results", result)
    recommended = result.pareto["recommended_id"]
    where = ("--project", "project.yaml", "--data", str(DEMO_CSV))
    code, _, complaint = studio.run("export", "results", "--out", "ours.json", *where)
    assert code == 0, complaint
    again = reproduce(import_robyn((studio.folder / "ours.json").read_text()))
    output = result.collection.model_output
    row = output.solution_ids.index(recommended)
    expected = dict(zip(output.term_names, output.stacked("contributions")[row], strict=True))
    assert again.model.contributions == pytest.approx(expected, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("import", "nowhere.json", "--out", "x"), "There is no file 'nowhere.json'"),
        (("import", "dt_mod.csv", "--out", "x"), "cannot be read as JSON"),
        (("import", "inputs.json", "--out", "x"), "holds no data"),
        (("export", "x", "--out", "y.json"), "holds no models"),
    ],
)
def test_a_mistake_ends_with_one_sentence_and_exit_code_2(
    studio: Studio, command: tuple[str, ...], reason: str
) -> None:
    code, said, complaint = studio.run(*command)
    assert (code, said, complaint.count("\n")) == (2, "", 1)
    assert reason in complaint


def test_an_unknown_model_is_refused_with_what_there_is(studio: Studio) -> None:
    imported(studio)
    assert "the imported model 1_130_1 alone" in studio.run("export", "taken", "--model", "9_9", "--out", "y")[2]
