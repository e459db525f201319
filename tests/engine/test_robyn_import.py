"""Robyn's files taken over: what they say, which window they mean, and what cannot be taken over."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mmm_core.engine.robyn_document import Block
from mmm_core.engine.robyn_import import import_robyn
from mmm_core.engine.robyn_window import snapped_rows
from mmm_core.engine.window_rows import WindowRows
from mmm_core.entities.columns import AdstockKind, Frequency, OutcomeKind, Sign
from mmm_core.entities.settings import Window
from mmm_core.errors import BoundsError, DataError, MMMError, RobynFileError
from tests.robyn_builders import (
    DEMO_CSV,
    as_text,
    golden_robyn,
    robyn_design,
    robyn_document,
    robyn_text,
)


def said(document: dict[str, Any], subject: str, **rest: Any) -> str:
    """What an import says about a subject; empty when nothing."""
    model = import_robyn(as_text(document), **rest)
    return " ".join(one.sentence for one in model.differences if one.subject == subject)


def test_roles_are_those_of_the_file() -> None:
    settings = golden_robyn().project.data.settings
    assert [(paid.spend, paid.exposure) for paid in settings.paid_media] == [
        ("tv_spend", None),
        ("search_spend", "search_clicks"),
        ("social_spend", "social_impressions"),
        ("ooh_spend", None),
        ("print_spend", None),
    ]
    assert [one.column for one in settings.organic] == ["newsletter_sends"]
    assert [one.column for one in settings.context] == ["competitor_index", "promo_event"]
    assert (settings.outcome.column, settings.outcome.kind) == ("revenue", OutcomeKind.REVENUE)
    assert settings.baseline.parts == ("trend", "season", "holiday")
    assert (settings.baseline.holidays, settings.adstock) == ("US", AdstockKind.GEOMETRIC)


def test_bounds_are_keyed_by_the_spend_column_of_a_channel() -> None:
    bounds = golden_robyn().project.data.settings.bounds
    assert bounds["search_spend"] == {"alpha": (0.5, 3.0), "gamma": (0.3, 1.0), "theta": (0.0, 0.5)}
    assert bounds["tv_spend"]["theta"] == (0.3, 0.8)
    assert golden_robyn().project.data.settings.train_size_bounds == (0.5, 0.8)


def test_every_hyperparameter_arrives_to_the_last_digit() -> None:
    report, written = golden_robyn().report, robyn_document()["ExportedModel"]["hyper_values"]
    assert report is not None
    assert len(report.hyperparameters) == len(written)
    assert report.hyperparameters["search_spend_alpha"] == written["search_clicks_alphas"][0]
    assert report.hyperparameters["lambda"] == pytest.approx(294363.511081575, rel=1e-10)
    assert report.hyperparameters["train_size"] == 1.0


def test_signs_of_the_file_count() -> None:
    document = robyn_document()
    document["InputCollect"] |= {"context_signs": ["negative", "positive"], "organic_signs": ["default"]}
    settings = import_robyn(as_text(document)).project.data.settings
    assert [one.sign for one in settings.context] == [Sign.NEGATIVE, Sign.POSITIVE]
    assert settings.organic[0].sign is Sign.DEFAULT


def test_the_window_is_the_170_weeks_the_model_was_fitted_to() -> None:
    data = golden_robyn().project.data
    assert data.settings.window == Window(start=dt.date(2021, 7, 5), end=dt.date(2024, 10, 6))
    assert (data.rows[0], data.rows[-1], data.n_periods) == (26, 195, 170)


def test_the_week_robyn_would_move_to_is_told() -> None:
    sentence = said(robyn_document(), "Window")
    assert "170 weeks, the last that of 2024-09-30" in sentence
    assert "171 weeks from this file, up to 2024-10-07" in sentence


def test_a_window_that_ends_on_a_date_of_the_data_is_stable() -> None:
    assert said(robyn_document("fitted_again"), "Window", data=DEMO_CSV) == ""


def weeks(n: int = 10) -> pd.Series:
    """Mondays from 1 January 2024 on."""
    return pd.Series(pd.date_range("2024-01-01", periods=n, freq="7D"))


@pytest.mark.parametrize(
    ("start", "end", "rows"),
    [
        ("2024-01-08", "2024-01-22", WindowRows(1, 3)),  # dates of the data stay
        ("2024-01-08", "2024-01-28", WindowRows(1, 4)),  # a Sunday is nearer to the Monday after it
        ("2024-01-11", "2024-01-25", WindowRows(1, 3)),  # a Thursday is nearer to the Monday before it
        ("2023-12-01", "2025-01-01", WindowRows(0, 9)),  # beyond the data: their ends
    ],
)
def test_robyn_moves_the_ends_of_a_window_to_the_nearest_date(start: str, end: str, rows: WindowRows) -> None:
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    assert snapped_rows(weeks(), first, last, Frequency.WEEK) == rows


def test_the_earlier_month_wins_a_tie() -> None:
    months = pd.Series(pd.date_range("2023-01-01", periods=6, freq="MS"))
    middle = dt.date(2023, 4, 16)  # 15 days after 1 April, 15 before 1 May
    assert snapped_rows(months, dt.date(2023, 1, 1), middle, Frequency.MONTH) == WindowRows(0, 3)


def test_a_model_of_a_fit_without_a_search_gets_a_search_of_the_usual_size() -> None:
    trials = import_robyn(robyn_text("fitted_again"), DEMO_CSV).project.trials
    assert (trials.trials, trials.iterations) == (5, 2000)
    assert "fitted again, without a search" in said(robyn_document("fitted_again"), "Search", data=DEMO_CSV)


def test_a_larger_search_keeps_its_size() -> None:
    document = robyn_document()
    document["ModelsCollect"] |= {"trials": [10], "iterations": [3000], "ts_validation": [True], "seed": [7]}
    project = import_robyn(as_text(document)).project
    assert (project.trials.trials, project.trials.iterations, project.trials.timeseries_validation) == (10, 3000, True)
    assert project.seed == 7


def test_a_file_of_inputs_alone_is_a_project_without_a_model() -> None:
    document = robyn_document()
    del document["ModelsCollect"], document["ExportedModel"]
    model = import_robyn(as_text(document), name="Coffee")
    assert model.report is None
    assert (model.project.name, model.project.data.n_periods) == ("Coffee", 170)


def test_lift_studies_come_along_by_their_spend_columns() -> None:
    document = robyn_document()
    document["InputCollect"]["calibration_input"] = [
        {
            "channel": "social_spend+print_spend",
            "liftStartDate": "2022-05-04",
            "liftEndDate": "2022-06-12",
            "liftAbs": 1.2e6,
            "spend": 2e5,
            "confidence": 0.85,
            "metric": "revenue",
            "calibration_scope": "total",
            "channel_selected": "social_impressions+print_spend",
        }
    ]
    study = import_robyn(as_text(document)).project.data.settings.calibration.studies[0]
    assert study.channels == ("social_spend", "print_spend")
    assert (study.start, study.lift, study.scope) == (dt.date(2022, 5, 4), 1.2e6, "total")


def test_data_beside_the_file_take_the_place_of_embedded_ones() -> None:
    document = robyn_document()
    embedded = import_robyn(as_text(document)).project.data
    del document["Extras"]
    assert import_robyn(as_text(document), DEMO_CSV).project.data.data_hash == embedded.data_hash


def test_a_data_frame_written_by_column_is_read_too() -> None:
    document = robyn_document()
    rows = document["Extras"]["raw_data"]
    document["Extras"]["raw_data"] = {name: [row[name] for row in rows] for name in rows[0]}
    assert import_robyn(as_text(document)).project.data.data_hash == golden_robyn().project.data.data_hash


def test_a_column_of_negative_values_loses_its_sign_as_in_robyn() -> None:
    document = robyn_document()
    for row in document["Extras"]["raw_data"]:
        row["competitor_index"] = -row["competitor_index"]
    assert "drops the minus sign" in said(document, "Data")
    assert import_robyn(as_text(document)).project.data.data_hash == golden_robyn().project.data.data_hash


def test_numbers_that_robyn_treats_as_text_are_text_here() -> None:
    document = robyn_document()
    for row in document["Extras"]["raw_data"]:
        row["promo_event"] = 0 if row["promo_event"] == "none" else 1
    column = import_robyn(as_text(document)).project.data.table["promo_event"]
    assert set(column) == {"promo_event 0", "promo_event 1"}
    assert "told to treat as text" in said(document, "Data")


def test_other_data_than_robyn_had_are_noticed_by_their_spend() -> None:
    document = robyn_document()
    document["Extras"]["raw_data"][100]["tv_spend"] = 9e5
    assert "they are not those the model was fitted to" in said(document, "Data")


def test_fewer_rows_than_robyn_had_are_noticed() -> None:
    document = robyn_document()
    del document["Extras"]["raw_data"][200:]
    assert "The data have 200 periods, Robyn had 208" in said(document, "Data")
    assert import_robyn(as_text(document)).project.data.n_periods == 170


def test_what_robyn_ignores_or_we_do_not_have_is_told() -> None:
    document = robyn_document()
    inputs = document["InputCollect"]
    inputs["prophet_vars"] = ["trend", "season", "holiday", "monthly"]
    inputs["prophet_signs"] = ["positive", "default", "default", "default"]
    inputs["custom_params"] = {"changepoint.prior.scale": [0.1]}
    assert "A sign was given for trend, which Robyn ignores" in said(document, "Signs")
    prophet = said(document, "Prophet")
    assert "monthly pattern" in prophet
    assert "changepoint.prior.scale" in prophet


def changed(block: str, key: str, value: Any) -> str:
    document = robyn_document()
    document[block][key] = value
    return as_text(document)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read as JSON"),
        (robyn_text()[:50_000], r"cannot be read as JSON \(line \d+\)"),
        ("[1, 2]", "instead of a Robyn model"),
        ('{"name": "something else"}', "no block InputCollect"),
        ("[" * 100_000, "cannot be read as JSON"),
        (changed("InputCollect", "version", ["Robyn (stable) v3.10.6 [R-4.1.0]"]), "written by Robyn .stable. v3.10.6"),
        (changed("InputCollect", "version", []), "does not say which Robyn wrote it"),
        (changed("InputCollect", "adstock", ["my_own"]), "adstock is 'my_own'"),
        (changed("InputCollect", "dep_var_type", ["profit"]), "dep_var_type must be revenue or conversion"),
        (changed("InputCollect", "paid_media_spends", []), "paid_media_spends is missing"),
        (changed("InputCollect", "paid_media_spends", ["tv_spend"]), "1 spend columns and 5 modelled columns"),
        (changed("InputCollect", "paid_media_signs", ["up"]), "paid_media_signs must be"),
        (changed("InputCollect", "window_start", ["yesterday"]), "window_start must be a day"),
        (changed("InputCollect", "window_start", ["2021-07-06"]), "none of them of 2021-07-06"),
        (changed("InputCollect", "rollingWindowLength", [300]), "fitted to 300 weeks"),
        (changed("InputCollect", "prophet_vars", ["moon"]), "no such part"),
        (changed("ExportedModel", "hyper_values", {"lambda": [1.0]}), "hyper_values lacks tv_spend_alphas"),
        (changed("ExportedModel", "hyper_values", {"lambda": ["many"]}), "must be numbers"),
        (changed("ExportedModel", "summary", []), "summary is missing"),
        (changed("ExportedModel", "summary", [None]), "summary must be a table with a row for every term"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_in_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(RobynFileError, match=reason):
        import_robyn(text)


def test_a_file_without_data_asks_for_them() -> None:
    with pytest.raises(RobynFileError, match="holds no data"):
        import_robyn(robyn_text("fitted_again"))


def test_a_table_without_the_columns_of_the_model_is_refused_with_their_names() -> None:
    fewer = pd.read_csv(Path("assets/demo/demo_weekly.csv")).drop(columns=["search_clicks", "ooh_spend"])
    with pytest.raises(DataError, match="'ooh_spend' and 'search_clicks' of the model are not among the columns"):
        import_robyn(robyn_text(), fewer.to_csv(index=False).encode())


def test_bounds_outside_what_a_model_allows_are_refused() -> None:
    document = robyn_document()
    document["InputCollect"]["hyperparameters"]["tv_spend_thetas"] = [0, 1.5]
    with pytest.raises(BoundsError, match="tv_spend_theta"):
        import_robyn(as_text(document))


def test_every_problem_is_told_at_once() -> None:
    document = robyn_document()
    document["InputCollect"] |= {"date_var": [], "dep_var": [], "adstock": ["x"]}
    with pytest.raises(MMMError) as refused:
        import_robyn(as_text(document))
    assert len(refused.value.problems) == 2  # roles first: without them nothing else can be read


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (b"a,b\n1,2\n", "lacks the columns ds, dep_var"),
        (b"\x00\x01", "lacks the columns|cannot be read as CSV"),
        (robyn_design().replace(b"2021-01-04,1144656.28", b"2021-01-04,1.0"), "belongs to other data"),
        (robyn_design().replace(b"1419219.97698256", b"much"), "cells that are no numbers"),
        (b"\n".join(robyn_design().splitlines()[:100]), "belongs to other data"),
    ],
)
def test_a_design_that_does_not_fit_is_refused(table: bytes, reason: str) -> None:
    with pytest.raises(RobynFileError, match=reason):
        import_robyn(robyn_text(), design=table)


def test_r_s_words_for_what_json_has_no_number_for_are_numbers() -> None:
    block = Block({"a": ["Inf", "NA", 3]}, "block", [])
    assert [str(number) for number in block.numbers("a")] == ["inf", "nan", "3.0"]


def test_one_value_without_an_array_around_it_is_read_too() -> None:
    block = Block({"a": "text", "b": 2, "c": True}, "block", [])
    assert (block.text("a"), block.number("b"), block.flag("c", False)) == ("text", 2.0, True)
