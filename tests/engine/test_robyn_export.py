"""Models written as Robyn writes them: its blocks, names, types and digits."""

import dataclasses
import datetime as dt
import functools
import json
import re
from typing import Any

import numpy as np
import pytest

from mmm_core.engine.candidate import refit_model
from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.features import build_design, build_run_design
from mmm_core.engine.robyn_export import export_robyn
from mmm_core.engine.robyn_import import import_robyn
from mmm_core.engine.robyn_json import r_number, write_r_json
from mmm_core.engine.robyn_reproduce import reproduce
from mmm_core.engine.robyn_window import snapped_rows
from mmm_core.entities.columns import AdstockKind, ContextColumn, Outcome, OutcomeKind, Sign
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.robyn import Reproduction, RobynExport
from mmm_core.entities.settings import (
    Baseline,
    CalibrationInput,
    Holiday,
    LiftStudy,
    ModelSettings,
    Treatment,
    Window,
)
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import SettingsError
from tests.data_builders import demo_data, mark, small_data, small_table
from tests.robyn_builders import golden_reproduction, golden_robyn, robyn_document, robyn_text

COMPUTED = 1e-9
"""How far numbers R computed may lie from ours; all others must be equal."""

RIGHTLY_OTHERWISE = re.compile(
    r"InputCollect/version/0|ModelsCollect/export_timestamp/0|ExportedModel/performance/0/(spend|performance)"
    r"|ExportedModel/summary/\d+/(performance|mean_response|mean_spend)"
)


def places(tree: Any, path: str = "") -> dict[str, Any]:
    """Every value of a document by the path to it."""
    if isinstance(tree, dict | list):
        pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
        found = {f"{path} is a": type(tree).__name__}
        for key, value in pairs:
            found |= places(value, f"{path}/{key}" if path else str(key))
        return found
    return {path: tree}


def is_same(path: str, new: Any, old: Any) -> bool:
    """Equal; or of the model's numbers, which R computed, within 1e-9."""
    is_computed = path.startswith("ExportedModel") and isinstance(old, float)
    return bool(new == pytest.approx(old, rel=COMPUTED)) if is_computed else bool(new == old)


@functools.cache
def exported_golden() -> RobynExport:
    model, result = golden_robyn(), golden_reproduction()
    assert model.report is not None
    return export_robyn(result.model, model.report.model_id, model.project, result.design, origin=model)


def test_the_golden_file_exported_again_is_equal_block_by_block() -> None:
    written, golden = places(json.loads(exported_golden().text)), places(robyn_document())
    assert list(written) == list(golden)  # the same names, in the same order
    different = [path for path, value in golden.items() if not is_same(path, written[path], value)]
    assert {path for path in different if not RIGHTLY_OTHERWISE.fullmatch(path)} == set()


def test_only_what_r_computed_is_rounded_otherwise() -> None:
    written, golden = exported_golden().text.splitlines(), robyn_text().splitlines()
    keys = {old.split(":")[0].strip() for new, old in zip(written, golden, strict=True) if new != old}
    rightly = {"version", "export_timestamp", "spend", "performance", "mean_response", "mean_spend"}
    computed = {"response", "coef", "decompPer", "decompAgg", "rsq_train", "nrmse_train", "nrmse", "decomp.rssd"}
    assert {key.strip('"') for key in keys} <= rightly | computed


def test_returns_are_written_with_the_right_denominators() -> None:
    exported = json.loads(exported_golden().text)["ExportedModel"]
    tv = next(row for row in exported["summary"] if row["variable"] == "tv_spend")
    assert tv["performance"] == pytest.approx(7714793.10058523 / 7135452.81, rel=1e-9)
    assert tv["mean_spend"] == pytest.approx(7135452.81 / 170, rel=1e-9)
    total = exported["performance"][0]
    assert total["performance"] == pytest.approx(total["response"] / total["spend"], rel=1e-9)
    assert total["spend"] == pytest.approx(18605383.84)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.371026779461541, "0.37102677946"),
        (-1126.08021324738, "-1126.0802132474"),
        (717102.586115064, "717102.586115064"),
        (0.0001275343348912, "0.00012753433489"),
        (1418649.0, "1418649"),
        (0.0, "0"),
        (float("inf"), '"Inf"'),
        (float("nan"), '"NaN"'),
    ],
)
def test_numbers_have_the_digits_of_r(value: float, text: str) -> None:
    assert r_number(value) == text


def test_vectors_are_arrays_blocks_are_objects_and_frames_are_rows() -> None:
    tree = {"one": ["a"], "none": [], "block": {"x": [1.5, 2]}, "frame": [{"n": 1, "yes": True}]}
    text = write_r_json(tree)
    assert json.loads(text) == tree
    assert '"one": ["a"]' in text
    assert '"x": [1.5, 2]' in text


@functools.cache
def demo_project() -> Project:
    window = Window(start=dt.date(2021, 7, 5), end=dt.date(2024, 9, 29))
    settings = dataclasses.replace(demo_settings(), window=window)
    return Project(data=demo_data(settings), trials=TrialsConfig(), seed=5, name="Demo")


def middle_of(settings: ModelSettings, shrinkage: float) -> dict[str, float]:
    """The middle of every range."""
    return {
        f"{channel}_{parameter}": (low + high) / 2
        for channel in settings.channels
        for parameter, (low, high) in settings.channel_bounds(channel).items()
    } | {"lambda": shrinkage}


def export_of(project: Project, **rest: Any) -> tuple[RobynExport, Reproduction]:
    """A model of a project of ours, written and read again."""
    design = build_design(project.data)
    settings = project.data.settings
    model = refit_model(design, middle_of(settings, 0.05 * float(np.abs(design.outcome).mean())))
    export = export_robyn(model, "3_412", project, design, **rest)
    again = reproduce(import_robyn(export.text))
    ours = dict(again.model.contributions)
    assert list(ours.values()) == pytest.approx(list(model.contributions.values()), rel=1e-6, abs=1e-6)
    return export, again


@pytest.mark.parametrize("with_design", [False, True])
def test_a_model_of_ours_comes_back_with_its_hyperparameters_and_contributions(with_design: bool) -> None:
    export, again = export_of(demo_project(), with_design=with_design)
    assert export.file_name == "RobynModel-3_412.json"
    assert again.model.hyperparameters == pytest.approx(
        middle_of(demo_project().data.settings, again.model.hyperparameters["lambda"]) | {"train_size": 1.0}
    )
    assert again.worst_difference < 1e-6
    assert again.model.solver == "exact"


@pytest.mark.parametrize("adstock", [AdstockKind.WEIBULL_CDF, AdstockKind.WEIBULL_PDF])
@pytest.mark.parametrize("kind", OutcomeKind)
def test_a_weibull_model_with_exposures_organic_media_and_texts_comes_back(
    adstock: AdstockKind, kind: OutcomeKind
) -> None:
    project = demo_project()
    outcome = dataclasses.replace(project.data.settings.outcome, kind=kind)
    settings = dataclasses.replace(project.data.settings, adstock=adstock, outcome=outcome)
    text, again = export_of(dataclasses.replace(project, data=demo_data(settings)), with_design=True)
    assert settings.organic
    assert any(paid.exposure for paid in settings.paid_media)
    assert again.model.hyperparameters == pytest.approx(
        middle_of(settings, again.model.hyperparameters["lambda"]) | {"train_size": 1.0}
    )
    found = import_robyn(text.text).project.data.settings
    assert (found.adstock, found.outcome.kind, found.organic) == (adstock, kind, settings.organic)
    assert again.worst_difference < 1e-9


def test_penalties_and_a_training_share_come_back() -> None:
    trials = TrialsConfig(add_penalty_factor=True, timeseries_validation=True)
    project = dataclasses.replace(demo_project(), trials=trials)
    design = build_run_design(project.data, trials)
    extra = {f"{name}_penalty": 0.3 + 0.05 * k for k, name in enumerate(design.column_names)} | {"train_size": 0.7}
    model = refit_model(design, middle_of(project.data.settings, 0.05 * float(np.abs(design.outcome).mean())) | extra)
    again = reproduce(import_robyn(export_robyn(model, "1_7", project, design, with_design=True).text))
    assert dict(again.model.hyperparameters) == pytest.approx(dict(model.hyperparameters), rel=1e-9)
    assert list(again.model.contributions.values()) == pytest.approx(list(model.contributions.values()), rel=1e-8)


def test_how_long_a_refreshed_carry_over_lasts_in_robyn_is_said() -> None:
    paid = [dataclasses.replace(one, adstock=AdstockKind.WEIBULL_CDF) for one in small_data().settings.paid_media]
    data = small_data(paid_media=tuple(paid))
    design = dataclasses.replace(build_design(data), weibull_length=40)
    model = refit_model(design, middle_of(data.settings, 10.0))
    assert any(
        "measured on 40 periods" in note for note in export_robyn(model, "1_1", small_project(data), design).notes
    )


def test_the_window_of_a_model_of_ours_is_one_that_robyn_does_not_move() -> None:
    project = demo_project()
    inputs = json.loads(export_of(project)[0].text)["InputCollect"]
    start, end = (dt.date.fromisoformat(inputs[key][0]) for key in ("window_start", "window_end"))
    rows = snapped_rows(project.data.dates, start, end, project.data.frequency)
    assert (rows.first, rows.last) == (project.data.rows[0], project.data.rows[-1])
    assert inputs["rollingWindowLength"] == [project.data.n_periods]


def test_a_search_that_robyn_has_not_is_written_as_one_it_has() -> None:
    export, _ = export_of(demo_project())
    search = json.loads(export.text)["ModelsCollect"]
    assert search["nevergrad_algo"] == ["TwoPointsDE"]
    assert (search["trials"], search["iterations"], search["seed"]) == ([5], [2000], [5])
    assert any("NSGA2" in note for note in export.notes)


def small_project(settings_of: MMMDataCollection) -> Project:
    return Project(data=settings_of, trials=TrialsConfig(), seed=1)


def test_one_off_events_become_columns_of_the_data() -> None:
    data = small_data(marked=(mark("2023-03-06", "2023-03-19", "new shop", treatment=Treatment.EVENT),))
    export, again = export_of(small_project(data))
    document = json.loads(export.text)
    assert document["InputCollect"]["context_vars"] == ["price", "new_shop"]
    assert sum(row["new_shop"] for row in document["Extras"]["raw_data"]) == 2
    assert "new_shop" in again.model.contributions


def test_names_with_spaces_are_written_without() -> None:
    table = small_table().rename(columns={"price": "our price"})
    data = small_data(table, context=(ContextColumn(column="our price"),))
    export, _ = export_of(small_project(data))
    assert json.loads(export.text)["InputCollect"]["context_vars"] == ["our_price"]
    assert any("'our price' is 'our_price'" in note for note in export.notes)


def test_conversions_are_written_with_their_cost() -> None:
    data = small_data(outcome=Outcome(column="sales", kind=OutcomeKind.CONVERSION))
    export, _ = export_of(small_project(data))
    exported = json.loads(export.text)["ExportedModel"]
    total = exported["performance"][0]
    assert total["metric"] == "CPA"
    assert total["performance"] == pytest.approx(total["spend"] / total["response"], rel=1e-9)


def test_lift_studies_are_written_as_robyn_asks_for_them() -> None:
    study = LiftStudy(
        channels=("tv", "search"), start=dt.date(2023, 3, 6), end=dt.date(2023, 4, 2), lift=500.0, standard_error=50.0
    )
    data = small_data(calibration=CalibrationInput(studies=(study,)))
    export, again = export_of(small_project(data))
    row = json.loads(export.text)["InputCollect"]["calibration_input"][0]
    assert (row["channel"], row["liftAbs"], row["calibration_scope"]) == ("tv+search", 500.0, "total")
    assert row["spend"] > 0
    assert any("standard error" in note for note in export.notes)
    assert again.model.studies[0].measured == 500.0


def test_a_calendar_of_one_s_own_travels_along() -> None:
    days = (Holiday(date=dt.date(2023, 6, 5), name="Fair"), Holiday(date=dt.date(2024, 2, 5), name="Fair"))
    table = small_table(120)
    table["sales"] = table["sales"].round(2)  # R writes ten decimals
    baseline = Baseline(trend=True, season=False, calendar=days)
    export, again = export_of(small_project(small_data(table, baseline=baseline)))
    assert len(json.loads(export.text)["Extras"]["dt_holidays"]) == 2
    assert import_robyn(export.text).project.data.settings.baseline.calendar == days
    assert "holiday" in again.model.contributions


def test_every_reason_why_robyn_cannot_hold_a_model_is_told() -> None:
    base = small_data()
    paid = base.settings.paid_media
    mixed = (paid[0], dataclasses.replace(paid[1], adstock=AdstockKind.WEIBULL_PDF))
    marked = (mark("2023-06-05", "2023-06-18", treatment=Treatment.LEAVE_OUT),)
    project = small_project(small_data(paid_media=mixed, marked=marked))
    design = build_design(project.data)
    model = refit_model(design, middle_of(project.data.settings, 10.0))
    with pytest.raises(SettingsError) as refused:
        export_robyn(model, "1_1", project, design)
    assert len(refused.value.problems) == 2
    assert "one kind of carry-over" in refused.value.problems[0]
    assert "leave out periods" in refused.value.problems[1]


def test_levels_of_a_text_without_any_baseline_become_columns_of_the_data() -> None:
    table = small_table().assign(promo=["a", "b", "a", "c"] * 15)
    data = small_data(table, context=(ContextColumn(column="promo", sign=Sign.POSITIVE),))
    export, again = export_of(small_project(data))
    inputs = json.loads(export.text)["InputCollect"]
    assert inputs["context_vars"] == ["promo_b", "promo_c"]
    assert inputs["context_signs"] == ["positive", "positive"]
    assert inputs["unused_vars"] == ["price", "promo"]
    assert {"promo_b", "promo_c"} <= set(again.model.contributions)
