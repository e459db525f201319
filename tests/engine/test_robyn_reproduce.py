"""The numbers of R Robyn 3.12.1 from its own files (REFERENCE 13)."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from mmm_core.engine.robyn_design import design_of
from mmm_core.engine.robyn_import import import_robyn
from mmm_core.engine.robyn_reproduce import reproduce
from mmm_core.engine.robyn_window import snapped_rows
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.robyn import Reproduction
from mmm_core.entities.settings import Window
from mmm_core.errors import RobynFileError
from tests.builders import golden_json
from tests.robyn_builders import (
    DEMO_CSV,
    as_text,
    document_of_fit,
    golden_reproduction,
    golden_robyn,
    robyn_design,
    robyn_document,
    robyn_text,
)

REACHABLE = [
    name
    for name, fit in golden_json("fits").items()
    if not fit["note"] and fit["settings"]["rssd_zero_penalty"] and "calib" not in name
]
"""Golden fits of R on the golden inputs; the others change the data or a rule that Robyn's file does not hold."""


def sentences(result: Reproduction, subject: str) -> str:
    return " ".join(one.sentence for one in result.differences if one.subject == subject)


def test_hyperparameters_are_robyn_s_to_1e_10() -> None:
    written = robyn_document()["ExportedModel"]["hyper_values"]
    model = golden_reproduction().model
    assert model.hyperparameters["social_spend_gamma"] == pytest.approx(
        written["social_impressions_gammas"][0], rel=1e-10
    )
    assert model.hyperparameters["lambda"] == pytest.approx(written["lambda"][0], rel=1e-10)


def test_the_decomposition_is_robyn_s_to_1e_6_from_its_own_design() -> None:
    terms = golden_reproduction().terms.set_index("robyn_name")
    written = {row["variable"]: row for row in robyn_document()["ExportedModel"]["summary"]}
    assert dict(terms["ours"]) == pytest.approx({name: row["decompAgg"] for name, row in written.items()}, rel=1e-6)
    assert dict(terms["share"]) == pytest.approx({name: row["decompPer"] for name, row in written.items()}, rel=1e-6)
    assert dict(terms["coefficient"]) == pytest.approx({name: row["coef"] for name, row in written.items()}, rel=1e-6)
    assert golden_reproduction().worst_difference < 1e-9


def test_fit_and_plausibility_are_robyn_s() -> None:
    errors = golden_reproduction().errors.set_index("metric")
    assert dict(errors["ours"]) == pytest.approx(dict(errors["robyn"]), rel=1e-9)
    assert set(errors.index) == {"rsq_train", "nrmse_train", "nrmse", "decomp_rssd", "mape"}


def test_a_model_fitted_again_in_r_is_reproduced_in_its_own_window() -> None:
    result = reproduce(import_robyn(robyn_text("fitted_again"), DEMO_CSV, design=robyn_design()))
    assert len(result.model.fitted) == 135
    assert dict(zip(result.terms["term"], result.terms["ours"], strict=True)) == pytest.approx(
        dict(zip(result.terms["term"], result.terms["robyn"], strict=True)), rel=1e-6
    )


@pytest.mark.parametrize("name", REACHABLE)
def test_every_kind_of_golden_fit_comes_out_of_its_file(name: str) -> None:
    result = reproduce(import_robyn(as_text(document_of_fit(name)), design=robyn_design()))
    ours = dict(zip(result.terms["term"], result.terms["ours"], strict=True))
    assert ours == pytest.approx(golden_json("fits")[name]["contributions"], rel=1e-6, abs=1e-3)


def test_the_golden_fits_hold_every_adstock_penalties_and_validation() -> None:
    assert {"weibull_cdf_mid", "weibull_pdf_mid", "geometric_penalty_ts70", "geometric_nointercept"} <= set(REACHABLE)


def test_lift_studies_are_judged_by_the_rules_of_robyn() -> None:
    document = document_of_fit("geometric_calib_a")
    document["InputCollect"]["calibration_input"] = [
        {
            "channel": "+".join(study["channels"]),
            "liftStartDate": study["start"],
            "liftEndDate": study["end"],
            "liftAbs": study["lift"],
            "spend": study["spend"],
            "confidence": study["confidence"],
            "calibration_scope": study["scope"],
        }
        for study in golden_json("calibration")["studies"]["plain"]
    ]
    result = reproduce(import_robyn(as_text(document), design=robyn_design()))
    expected = golden_json("calibration")["fits"]["geometric_calib_a"]["mape"]
    assert result.model.metrics["mape"] == pytest.approx(expected, rel=1e-9)


def test_without_r_s_design_our_prophet_stands_in_and_the_difference_is_told() -> None:
    result = reproduce(import_robyn(robyn_text()))
    assert result.worst_difference < 1e-3
    assert "Python's Prophet" in sentences(result, "Prophet")
    assert "those of R" in sentences(golden_reproduction(), "Prophet")


def test_a_design_inside_the_file_does_as_well_as_one_beside_it() -> None:
    document, design = robyn_document(), golden_robyn().baseline
    assert design is not None
    table = design.assign(ds=[row["date"] for row in document["Extras"]["raw_data"]])
    table["dep_var"] = [row["revenue"] for row in document["Extras"]["raw_data"]]
    document["Extras"]["dt_mod"] = table.to_dict(orient="records")
    assert reproduce(import_robyn(as_text(document))).worst_difference < 1e-9


def test_columns_are_fitted_in_the_order_of_the_file() -> None:
    document = robyn_document()
    document["InputCollect"]["prophet_vars"] = ["season", "holiday", "trend"]
    design = design_of(import_robyn(as_text(document)))
    assert design.baseline_names == ("season", "holiday", "trend", "competitor_index", "promo_event")
    assert design.trend_column == 2
    assert design.upper[:5].tolist() == [1.0, 1.0, 1.0, np.inf, np.inf]
    plain = design_of(import_robyn(robyn_text()))
    assert np.array_equal(design.baseline[:, 2], plain.baseline[:, 0])


def test_returns_have_the_spend_of_the_window_below_them() -> None:
    returns = golden_reproduction().returns.set_index("channel")
    assert returns.loc["tv_spend", "written"] == pytest.approx(0.87640958322)
    assert returns.loc["tv_spend", "value"] == pytest.approx(7714793.10058523 / 7135452.81, rel=1e-6)


def test_the_denominators_of_robyn_are_explained() -> None:
    assert "170 modelled weeks by the spend of all 208" in sentences(golden_reproduction(), "ROAS")
    total = sentences(golden_reproduction(), "Total ROAS")
    assert "3.54, is the sum" in total
    assert "brought 0.85" in total


def test_a_solver_that_stops_early_is_told_with_what_moves() -> None:
    document = document_of_fit("geometric_lowlambda")
    result = reproduce(import_robyn(as_text(document), design=robyn_design()))
    assert "stops before the optimum" in sentences(result, "Solver")
    assert "moves most" in sentences(result, "Solver")
    assert "no term moves by more than 0.1%" in sentences(golden_reproduction(), "Solver")


def test_contributions_of_a_refresh_are_compared_where_robyn_sums_them() -> None:
    document = robyn_document()
    document["InputCollect"]["refreshAddedStart"] = ["2024-01-01"]
    model = import_robyn(as_text(document), design=robyn_design())
    result = reproduce(model)
    weekly = golden_reproduction().model.weekly["tv_spend"]
    tv = result.terms.set_index("term").loc["tv_spend", "ours"]
    assert tv == pytest.approx(weekly[weekly.index >= "2024-01-01"].sum(), rel=1e-12)
    assert "is a refresh" in sentences(result, "Refresh")


def test_the_week_robyn_moves_to_gives_the_numbers_robyn_recreates() -> None:
    model, recreated = golden_robyn(), robyn_document("recreated")
    data = model.project.data
    rows = snapped_rows(data.dates, dt.date(2021, 7, 5), dt.date(2024, 10, 6), data.frequency)
    window = Window(start=data.dates[rows.first].date(), end=data.dates[rows.last].date())
    moved = dataclasses.replace(data.settings, window=window)
    project = dataclasses.replace(model.project, data=MMMDataCollection(table=data.table, settings=moved))
    terms = reproduce(dataclasses.replace(model, project=project)).terms.set_index("robyn_name")
    assert dict(terms["coefficient"]) == pytest.approx(recreated["coefs_recreated"], rel=1e-6)


def test_a_file_of_inputs_alone_cannot_be_reproduced() -> None:
    model = dataclasses.replace(golden_robyn(), report=None)
    with pytest.raises(RobynFileError, match="inputs without a model"):
        reproduce(model)
