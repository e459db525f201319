import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.draft_compiler import break_even_of, compile_draft, complete_marks
from mmm_core.engine.draft_json import draft_from_json, draft_to_json
from mmm_core.engine.ingest import read_table
from mmm_core.engine.model_draft import (
    ColumnDraft,
    MarkDraft,
    ModelDraft,
    channels_by_spend,
    draft_from_settings,
    draft_from_suggestions,
)
from mmm_core.entities.columns import AdstockKind, ColumnRole, OutcomeKind, Sign
from mmm_core.entities.settings import Holiday, LiftStudy, ModelSettings, Treatment
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import DataError

COLUMNS = ["date", "revenue", "tv_spend", "search_spend", "social_spend", "ooh_spend", "print_spend"]
COLUMNS += ["search_clicks", "social_impressions", "newsletter_sends", "competitor_index", "promo_event"]


STUDY = LiftStudy(
    channels=("tv_spend", "search_spend"),
    start=dt.date(2022, 1, 3),
    end=dt.date(2022, 2, 27),
    lift=5000.0,
    standard_error=800.0,
    scope="immediate",
)


def demo_draft(**changes: object) -> ModelDraft:
    draft = draft_from_settings(demo_settings(), TrialsConfig(), 123, COLUMNS)
    return replace(draft, **changes)  # type: ignore[arg-type]


def with_role(draft: ModelDraft, column: str, role: ColumnRole, pairs_with: str | None = None) -> ModelDraft:
    lines = [replace(c, role=role, pairs_with=pairs_with) if c.column == column else c for c in draft.columns]
    return replace(draft, columns=tuple(lines))


def test_settings_survive_being_shown_and_compiled_again() -> None:
    settings, trials = compile_draft(demo_draft())
    assert settings == demo_settings()
    assert trials == TrialsConfig()


def test_a_draft_survives_json() -> None:
    marks = (
        MarkDraft(start=dt.date(2022, 3, 7), reason="Strike", treatment=Treatment.LEAVE_OUT),
        MarkDraft(reason="?"),
    )
    calendar = (Holiday(date=dt.date(2022, 11, 25), name="Black Friday"),)
    draft = demo_draft(marks=marks, calendar=calendar, signs={"trend": Sign.POSITIVE}, window_start=dt.date(2021, 7, 5))
    values = json.loads(json.dumps(draft_to_json(draft)))
    assert draft_from_json(values, demo_draft()) == draft


@pytest.mark.parametrize(
    "values", [{"margin": "a lot"}, {"columns": 3}, {"window_start": "soon"}, {"bounds": {"tv_spend": {"theta": [1]}}}]
)
def test_a_damaged_draft_keeps_what_can_be_read(values: dict[str, object]) -> None:
    read = draft_from_json({**values, "seed": 9}, demo_draft())
    assert read == demo_draft(seed=9)


def test_a_draft_of_another_table_keeps_the_roles_of_columns_that_remain() -> None:
    saved = draft_to_json(with_role(demo_draft(), "print_spend", ColumnRole.IGNORE))
    start = ModelDraft(
        columns=(ColumnDraft(column="print_spend", role=ColumnRole.PAID_SPEND), ColumnDraft(column="new"))
    )
    assert [line.role for line in draft_from_json(saved, start).columns] == [ColumnRole.IGNORE, ColumnRole.IGNORE]


def test_lift_studies_survive_json_and_reach_the_model() -> None:
    draft = demo_draft(studies=(STUDY,))
    read = draft_from_json(json.loads(json.dumps(draft_to_json(draft))), demo_draft())
    assert compile_draft(read)[0].calibration.studies == (STUDY,)


def test_a_lift_study_of_a_channel_that_left_the_model_is_set_aside_and_comes_back() -> None:
    draft = with_role(demo_draft(studies=(STUDY,)), "tv_spend", ColumnRole.IGNORE)
    assert draft.studies_set_aside == (STUDY,)
    assert compile_draft(draft)[0].calibration.studies == ()
    back = with_role(draft, "tv_spend", ColumnRole.PAID_SPEND)
    assert compile_draft(back)[0].calibration.studies == (STUDY,)


def test_missing_roles_are_named_together() -> None:
    with pytest.raises(DataError) as caught:
        compile_draft(ModelDraft(columns=()))
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "No column is the date",
        "No column is the outcome",
        "No column is paid media",
    ]


def test_two_outcomes_are_refused() -> None:
    with pytest.raises(DataError, match="Only one column can be the outcome; 'revenue', 'tv_spend' are"):
        compile_draft(with_role(demo_draft(), "tv_spend", ColumnRole.OUTCOME))


@pytest.mark.parametrize(
    ("pairs_with", "sentence"),
    [(None, "belongs to no spend"), ("revenue", "which is no paid spend"), ("search_spend", "are both paired")],
)
def test_an_exposure_must_have_a_spend_of_its_own(pairs_with: str | None, sentence: str) -> None:
    draft = with_role(demo_draft(), "social_impressions", ColumnRole.EXPOSURE, pairs_with)
    with pytest.raises(DataError, match=sentence):
        compile_draft(draft)


def test_a_one_off_period_needs_a_reason() -> None:
    with pytest.raises(DataError, match="Give the reason"):
        compile_draft(demo_draft(marks=(MarkDraft(start=dt.date(2022, 3, 7)),)))


def test_a_one_off_period_of_one_day_ends_where_it_starts() -> None:
    draft = demo_draft(marks=(MarkDraft(start=dt.date(2022, 3, 7), reason="Strike"), MarkDraft(reason="unfinished")))
    assert [(mark.start, mark.end) for mark in complete_marks(draft)] == [(dt.date(2022, 3, 7), dt.date(2022, 3, 7))]


@pytest.mark.parametrize(("kind", "expected"), [("none", None), ("roas", 2.5), ("margin", 4.0), ("value", 0.02)])
def test_break_even_follows_what_was_given(kind: str, expected: float | None) -> None:
    draft = demo_draft(break_even_kind=kind, break_even_roas=2.5, margin=0.25, conversion_value=50.0)
    assert break_even_of(draft) == (None if expected is None else pytest.approx(expected))


def test_a_margin_of_nothing_is_refused() -> None:
    with pytest.raises(DataError, match="above 0% and at most 100%, got 0%"):
        compile_draft(demo_draft(break_even_kind="margin", margin=0.0))


def test_bounds_of_another_kind_of_adstock_are_kept_for_switching_back() -> None:
    settings, _ = compile_draft(demo_draft(adstock=AdstockKind.WEIBULL_PDF))
    assert settings.bounds == demo_settings().bounds


def test_penalty_ranges_of_channels_context_and_baseline_parts_reach_the_model() -> None:
    given = {name: {"penalty": (0.2, 0.7)} for name in ("trend", "competitor_index", "newsletter_sends")}
    given |= {"tv_spend": {"theta": (0.3, 0.8), "penalty": (0.0, 0.5)}}
    assert compile_draft(demo_draft(bounds=given))[0].bounds == given


def test_a_channel_that_becomes_context_keeps_only_its_penalty_range() -> None:
    draft = demo_draft(bounds={"tv_spend": {"theta": (0.3, 0.8), "penalty": (0.0, 0.5)}})
    settings, _ = compile_draft(with_role(draft, "tv_spend", ColumnRole.CONTEXT))
    assert settings.bounds == {"tv_spend": {"penalty": (0.0, 0.5)}}


def test_bounds_of_a_column_that_left_the_model_do_not_reach_it() -> None:
    draft = demo_draft(bounds={"tv_spend": {"theta": (0.3, 0.8), "penalty": (0.0, 0.5)}})
    settings, _ = compile_draft(with_role(draft, "tv_spend", ColumnRole.IGNORE))
    assert settings.bounds == {}


def test_an_own_calendar_replaces_the_country() -> None:
    calendar = (Holiday(date=dt.date(2022, 11, 25), name="Black Friday"),)
    settings, _ = compile_draft(demo_draft(own_calendar=True, calendar=calendar))
    assert (settings.baseline.holidays, settings.baseline.calendar) == (None, calendar)


def test_equal_weights_are_left_to_the_default() -> None:
    assert compile_draft(demo_draft(fit_weight=2.0, plausibility_weight=2.0))[1].objective_weights is None
    weights = compile_draft(demo_draft(fit_weight=2.0))[1].objective_weights
    assert weights == {"nrmse": 2.0, "decomp_rssd": 1.0}


def test_the_weight_of_lift_studies_is_kept_where_there_are_any() -> None:
    weighted = demo_draft(calibration_weight=3.0)
    assert compile_draft(weighted)[1].objective_weights is None
    settings, trials = compile_draft(replace(weighted, studies=(STUDY,)))
    assert trials.objective_weights == {"nrmse": 1.0, "decomp_rssd": 1.0, "mape": 3.0}
    columns = [column.column for column in weighted.columns]
    assert draft_from_settings(settings, trials, 1, columns=columns).calibration_weight == 3.0
    equal = replace(weighted, fit_weight=3.0, plausibility_weight=3.0, studies=(STUDY,))
    assert compile_draft(equal)[1].objective_weights is None


def test_a_training_share_that_can_reach_one_is_refused_only_with_validation() -> None:
    draft = demo_draft(train_size_bounds=(0.5, 1.0))
    assert compile_draft(draft)[0].train_size_bounds == (0.5, 1.0)
    with pytest.raises(DataError, match=r"must end below 1 when models are validated on later periods, got 0\.5 to 1:"):
        compile_draft(replace(draft, timeseries_validation=True))


def test_a_window_with_one_end_is_refused() -> None:
    with pytest.raises(DataError, match="only one end"):
        compile_draft(demo_draft(window_start=dt.date(2022, 1, 3)))


def test_suggestions_start_the_draft() -> None:
    rng = np.random.default_rng(1)
    dates = pd.date_range("2022-01-03", periods=104, freq="7D").strftime("%Y-%m-%d")
    table = pd.DataFrame({"date": dates, "orders": rng.integers(50, 99, 104), "tv_spend": rng.uniform(0, 9, 104)})
    draft = draft_from_suggestions(read_table(table.to_csv(index=False).encode()))
    assert draft.outcome_kind is OutcomeKind.CONVERSION
    assert draft.channel_bounds("tv_spend")["theta"] == (0.3, 0.8)


def test_channels_take_their_colour_in_the_order_of_spend() -> None:
    table = pd.DataFrame({"tv_spend": [1.0], "search_spend": [5.0], "newsletter_sends": [99.0]})
    order = channels_by_spend(demo_draft(), table)
    assert order[:2] == ("search_spend", "tv_spend")
    assert order[-1] == "newsletter_sends"


def test_settings_of_every_kind_are_shown_with_their_break_even() -> None:
    outcome = replace(demo_settings().outcome, kind=OutcomeKind.CONVERSION, break_even_roas=0.02)
    shown = draft_from_settings(replace(demo_settings(), outcome=outcome), TrialsConfig(), 1, COLUMNS)
    assert (shown.break_even_kind, shown.conversion_value) == ("value", 50.0)
    assert isinstance(compile_draft(shown)[0], ModelSettings)
