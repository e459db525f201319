"""What a project file may say, and what is answered when it says something else."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from mmm_core.engine.project_file import ParsedProject, load_project_file, parse_project, write_project
from mmm_core.entities.columns import AdstockKind, ContextColumn, OrganicMedia, Outcome, OutcomeKind, PaidMedia, Sign
from mmm_core.entities.settings import Baseline, Holiday, ModelSettings, Treatment, Window
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import DataError, ProjectFileError
from tests.data_builders import DEMO, small_table

SHORTEST = "date: date\noutcome: {column: sales}\npaid_media: [{spend: tv}]\n"

OF_THE_DESIGN = """
date: date
outcome: {column: revenue, kind: revenue, currency: EUR, break_even_roas: 1}    # kind: or conversion
paid_media: [{spend: tv_spend, sign: positive, adstock: weibull_pdf}, {spend: search_spend, exposure: search_clicks}]
organic: [newsletter_sends]
context: [competitor_index, promo_event]
baseline: {trend: true, season: true, weekday: false, holidays: US}
window: {start: 2021-07-05, end: 2024-12-23}        # optional
adstock: geometric                                   # weibull_cdf, weibull_pdf
hyperparameters: {tv_spend: {theta: [0.3, 0.8], alpha: [0.5, 3], gamma: [0.3, 1]}}   # optional overrides
calibration: [{channels: [tv_spend], start: 2023-03-06, end: 2023-04-03, lift: 250000, standard_error: 60000, spend: 180000,
  confidence: 0.9, scope: total}]
trials: {trials: 5, iterations: 2000, seed: 321, algorithm: TwoPointsDE, cores: 2, timeseries_validation: false,
  add_penalty_factor: false}
"""


def test_the_design_document_s_example_means_what_it_says() -> None:
    parsed = parse_project(OF_THE_DESIGN)
    settings = parsed.settings
    assert settings.outcome == Outcome(column="revenue", currency="EUR", break_even_roas=1.0)
    assert settings.paid_media[0] == PaidMedia(spend="tv_spend", adstock=AdstockKind.WEIBULL_PDF)
    assert settings.paid_media[1] == PaidMedia(spend="search_spend", exposure="search_clicks")
    assert settings.organic == (OrganicMedia(column="newsletter_sends"),)
    assert settings.context == (ContextColumn(column="competitor_index"), ContextColumn(column="promo_event"))
    assert settings.baseline == Baseline(holidays="US")
    assert settings.window == Window(start=dt.date(2021, 7, 5), end=dt.date(2024, 12, 23))
    assert settings.bounds == {"tv_spend": {"theta": (0.3, 0.8), "alpha": (0.5, 3.0), "gamma": (0.3, 1.0)}}
    assert parsed.trials == TrialsConfig(algorithm="TwoPointsDE", cores=2)
    assert parsed.seed == 321


def test_what_has_no_effect_is_said() -> None:
    weights = "trials: {objective_weights: {mape: 2}}"
    assert parse_project(OF_THE_DESIGN).notes == (
        "hyperparameters.tv_spend.theta has no effect: tv_spend has weibull_pdf adstock.",
    )
    assert parse_project(SHORTEST + weights).notes == (
        "trials.objective_weights.mape has no effect: there are no lift studies under calibration.",
    )


def test_the_shortest_file_has_every_default() -> None:
    settings = ModelSettings(date="date", outcome=Outcome(column="sales"), paid_media=(PaidMedia(spend="tv"),))
    assert parse_project(SHORTEST) == ParsedProject(settings=settings, trials=TrialsConfig())


def test_json_and_yaml_mean_the_same() -> None:
    tree = {"date": "date", "outcome": {"column": "sales"}, "paid_media": [{"spend": "tv"}]}
    assert parse_project(json.dumps(tree, indent="\t")) == parse_project(SHORTEST)


def test_yaml_between_braces_is_read() -> None:
    assert parse_project("{date: date, outcome: {column: sales}, paid_media: [{spend: tv}]}") == parse_project(SHORTEST)


def test_plain_names_stand_for_columns_without_settings() -> None:
    parsed = parse_project("date: date\noutcome: sales\npaid_media: [tv]\norganic: [mails]\ncontext: [price]\n")
    spelt_out = "date: date\noutcome: {column: sales}\npaid_media: [{spend: tv}]\norganic: [{column: mails}]\n"
    assert parsed == parse_project(spelt_out + "context: [{column: price}]\n")


def test_signs_and_adstock_can_be_given_per_column() -> None:
    settings = parse_project(
        SHORTEST
        + "organic: [{column: mails, sign: default, adstock: weibull_cdf}]\ncontext: [{column: price, sign: negative}]"
    ).settings
    assert settings.organic == (OrganicMedia(column="mails", sign=Sign.DEFAULT, adstock=AdstockKind.WEIBULL_CDF),)
    assert settings.context == (ContextColumn(column="price", sign=Sign.NEGATIVE),)


def test_the_baseline_takes_a_calendar_and_signs() -> None:
    text = "baseline: {season: false, calendar: [{date: 2024-11-29, name: Black Friday}], signs: {trend: positive}}"
    baseline = parse_project(SHORTEST + text).settings.baseline
    day = Holiday(date=dt.date(2024, 11, 29), name="Black Friday")
    assert baseline == Baseline(season=False, calendar=(day,), signs={"trend": Sign.POSITIVE})


def test_one_off_periods_end_where_they_start_and_are_events_unless_said_otherwise() -> None:
    text = "one_off: [{start: 2024-03-04, reason: strike}, {start: 2024-05-06, end: 2024-06-03, reason: x, treatment: leave_out}]"
    strike, other = parse_project(SHORTEST + text).settings.marked
    assert (strike.start, strike.end, strike.treatment) == (dt.date(2024, 3, 4), dt.date(2024, 3, 4), Treatment.EVENT)
    assert (other.end, other.treatment) == (dt.date(2024, 6, 3), Treatment.LEAVE_OUT)


def test_one_number_fixes_a_hyperparameter() -> None:
    settings = parse_project(
        SHORTEST + "hyperparameters: {tv: {theta: 0.4}, lambda: 0.1, train_size: [0.6, 0.7]}"
    ).settings
    assert settings.bounds == {"tv": {"theta": (0.4, 0.4)}}
    assert (settings.lambda_bounds, settings.train_size_bounds) == ((0.1, 0.1), (0.6, 0.7))


def test_any_column_of_the_model_takes_a_penalty() -> None:
    text = "context: [price]\nhyperparameters: {trend: {penalty: [0.5, 1]}, price: {penalty: 1}, tv: {penalty: [0, 1]}}"
    bounds = parse_project(SHORTEST + text).settings.bounds
    assert bounds == {"trend": {"penalty": (0.5, 1.0)}, "price": {"penalty": (1.0, 1.0)}, "tv": {"penalty": (0.0, 1.0)}}


def test_trials_take_every_field_of_the_configuration() -> None:
    rules = "rssd_zero_penalty: no, intercept: off, intercept_sign: unconstrained, timeseries_validation: yes"
    text = f"trials: {{trials: 2, iterations: 30, {rules}, add_penalty_factor: true, objective_weights: {{nrmse: 2}}, cores: 1}}"
    assert parse_project(SHORTEST + text).trials == TrialsConfig(
        trials=2,
        iterations=30,
        timeseries_validation=True,
        add_penalty_factor=True,
        rssd_zero_penalty=False,
        intercept=False,
        intercept_sign="unconstrained",
        objective_weights={"nrmse": 2.0},
        cores=1,
    )


def test_the_outcome_may_be_conversions() -> None:
    text = SHORTEST.replace("{column: sales}", "{column: sales, kind: conversion, currency: USD}")
    assert parse_project(text).settings.outcome == Outcome(column="sales", kind=OutcomeKind.CONVERSION, currency="USD")


def test_a_whole_number_no_browser_can_keep_is_refused() -> None:
    assert parse_project(SHORTEST + f"trials: {{seed: {2**53 - 1}}}").seed == 2**53 - 1
    with pytest.raises(ProjectFileError, match=r"trials\.seed.* at most 9007199254740991"):
        parse_project(SHORTEST + f"trials: {{seed: {2**53}}}")


def test_norway_is_a_country_and_not_false() -> None:
    assert parse_project(SHORTEST + "baseline: {holidays: NO}").settings.baseline.holidays == "NO"


def test_no_holidays_can_be_said_in_words() -> None:
    assert parse_project(SHORTEST + "baseline: {holidays: false}").settings.baseline.holidays is None


def test_several_problems_come_together_each_on_its_line() -> None:
    with pytest.raises(ProjectFileError) as caught:
        parse_project("date: date\ntrials: {iterations: many}\nadstock: weibul_pdf\n")
    assert list(caught.value.problems) == str(caught.value).splitlines()
    assert list(caught.value.problems) == [
        "The key outcome is missing: the column with sales or conversions, such as {column: revenue}.",
        "The key paid_media is missing: at least one channel, such as [{spend: tv_spend}].",
        "adstock must be one of geometric, weibull_cdf, weibull_pdf (did you mean weibull_pdf?); got 'weibul_pdf'.",
        "trials.iterations must be a whole number of at least 1; got 'many'.",
    ]


REFUSED = {
    "": "The project file is empty; it needs at least date, outcome and paid_media.",
    "[1]": "A project file is a list of `key: value` lines that begin with date, outcome and paid_media; got a list.",
    "date: date\n outcome: x": "Line 2 of the project file cannot be read: mapping values are not allowed here.",
    SHORTEST + "date: day": "Line 4 of the project file cannot be read: the key 'date' is given twice.",
    '{"date": "a", "date": "b"}': "The project file cannot be read: the key 'date' is given twice.",
    SHORTEST + "name: \a": "Line 4 of the project file has a character that YAML does not allow.",
    "a: " + "[" * 5000: "The project file is nested too deeply or has a number too long to read.",
    "a: " + "9" * 5000: "The project file is nested too deeply or has a number too long to read.",
    "#" * 2_000_001: "A project file can have 2,000,000 characters, got 2,000,001.",
    SHORTEST.replace("date: date\n", ""): "The key date is missing: the name of the date column.",
    SHORTEST.replace("[{spend: tv}]", "[]"): "paid_media must be a list with at least one channel; got [].",
    SHORTEST.replace("[{spend: tv}]", "tv"): "paid_media must be a list; got 'tv'.",
    SHORTEST.replace("spend: tv", "exposure: tv"): "The key paid_media #1.spend is missing: the name of a column.",
    SHORTEST.replace("column: sales", "column: 7"): (
        "outcome.column must be the name of a column (in quotes if it looks like a number); got 7."
    ),
    SHORTEST.replace("column: sales", "column: sales, break_even_roas: 0"): (
        "outcome: break_even_roas must be a number above 0, got 0.0."
    ),
    SHORTEST + "organic: [tv]": "Each column can have one role; 'tv' has more than one. Remove all but one.",
    SHORTEST + "organic: [lambda]": (
        "No column can be called 'lambda': models use that name themselves. Rename the column."
    ),
    SHORTEST + "context: [5]": "context #1 must be a list of `key: value` pairs (column, sign); got 5.",
    SHORTEST + "baseline: {trend: perhaps}": "baseline.trend must be true or false; got 'perhaps'.",
    SHORTEST + "baseline: {holidays: XX}": (
        "baseline.holidays: No public holidays are known for 'XX'; allowed are ISO codes such as US, DE or GB, or a calendar of "
        "your own."
    ),
    SHORTEST + "baseline: {calendar: [{date: 2024-02-30, name: leap}]}": (
        "baseline.calendar #1.date must be a day such as 2024-12-31; got '2024-02-30'."
    ),
    SHORTEST + "window: {start: 2024-01-01}": "The key window.end is missing: the last day to model.",
    SHORTEST + "window: {start: 2024-01-08, end: 2024-01-01}": (
        "window: The window must end on or after its start; got 2024-01-08 to 2024-01-01."
    ),
    SHORTEST + "one_off: [{start: 2024-01-01}]": "The key one_off #1.reason is missing: why these periods are marked.",
    SHORTEST + "hyperparameters: {tv: {theta: [0.3, 1]}}": (
        "The range of hyperparameters.tv.theta must be at least 0 and below 1, low end first; got 0.3 to 1."
    ),
    SHORTEST + "hyperparameters: {tv: {alpha: [3, 0.5]}}": (
        "The range of hyperparameters.tv.alpha must be above 0 and below 10, low end first; got 3 to 0.5."
    ),
    SHORTEST + "hyperparameters: {tv: {alpha: [1, 2, 3]}}": (
        "hyperparameters.tv.alpha must be a range [low, high] or one number; got [1, 2, 3]."
    ),
    SHORTEST + "hyperparameters: {lambda: [0, 2]}": (
        "The range of hyperparameters.lambda must be between 0 and 1, low end first; got 0 to 2."
    ),
    SHORTEST + "calibration: [{channels: [radio], start: 2024-01-01, end: 2024-02-01, lift: 5}]": (
        "The lift study from 2024-01-01 names 'radio', which is none of the model's channels (tv). Correct the name."
    ),
    SHORTEST + "calibration: [{channels: [tv], start: 2024-01-01, end: 2024-02-01, lift: 5, scope: all}]": (
        "calibration #1.scope must be one of total, immediate; got 'all'."
    ),
    SHORTEST + "trials: {seed: -1}": "trials.seed must be a whole number of at least 0; got -1.",
    SHORTEST + "trials: {cores: 1.5}": "trials.cores must be a whole number of at least 1; got 1.5.",
    SHORTEST + "trials: {trials: true}": "trials.trials must be a whole number of at least 1; got true.",
    SHORTEST + "trials: {objective_weights: {nrmse: -1}}": (
        "trials: objective_weights takes nrmse, decomp_rssd and mape, each at least 0; got nrmse=-1.0."
    ),
    SHORTEST
    + "trials: {objective_weights: {nrmse: .inf}}": "trials.objective_weights.nrmse must be a number; got '.inf'.",
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_cannot_be_meant_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ProjectFileError) as caught:
        parse_project(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("line", "unknown", "nearest"),
    [
        ("trails: {}", "trails", "trials"),
        ("trials: {iteratons: 5}", "trials.iteratons", "iterations"),
        ("baseline: {holiday: US}", "baseline.holiday", "holidays"),
        ("baseline: {signs: {sesaon: positive}}", "baseline.signs.sesaon", "season"),
        ("organic: [{colum: mails}]", "organic #1.colum", "column"),
        ("hyperparameters: {tvv: {theta: 0.3}}", "hyperparameters.tvv", "tv"),
        ("hyperparameters: {tv: {thetas: 0.3}}", "hyperparameters.tv.thetas", "theta"),
        ("hyperparameters: {trend: {pennalty: 1}}", "hyperparameters.trend.pennalty", "penalty"),
        ("trials: {objective_weights: {nmse: 1}}", "trials.objective_weights.nmse", "nrmse"),
    ],
)
def test_an_unknown_key_is_refused_with_its_path_and_the_nearest_known_one(
    line: str, unknown: str, nearest: str
) -> None:
    with pytest.raises(ProjectFileError) as caught:
        parse_project(SHORTEST + line)
    assert str(caught.value) == f"Unknown key '{unknown}' in the project file; the nearest known key is '{nearest}'."


def test_an_unknown_key_like_no_other_is_refused_with_all_that_are_allowed() -> None:
    with pytest.raises(
        ProjectFileError, match=r"Unknown key 'trials\.zzz' in the project file; allowed are trials, iterations,"
    ):
        parse_project(SHORTEST + "trials: {zzz: 1}")


def test_python_objects_are_not_made() -> None:
    with pytest.raises(
        ProjectFileError, match="Line 4 of the project file cannot be read: could not determine a constructor"
    ):
        parse_project(SHORTEST + "name: !!python/object/apply:os.getcwd []")


def test_a_small_file_cannot_make_an_endless_message() -> None:
    laughs = "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(ProjectFileError) as caught:
        parse_project(f"a: &a [ha]\n{laughs}{SHORTEST}organic: [*i]\n")
    assert len(str(caught.value)) < 5000


def test_a_written_file_is_readable_and_says_its_choices() -> None:
    parsed = parse_project(SHORTEST + "hyperparameters: {tv: {theta: 0.4, alpha: [1, 2]}}\nname: Spring")
    text = write_project(parsed.settings, parsed.trials, parsed.seed, parsed.name)
    assert text.splitlines()[1:9] == [
        "name: Spring",
        "date: date",
        "outcome: {column: sales, kind: revenue, currency: EUR}",
        "paid_media:",
        "- {spend: tv, sign: positive}",
        "baseline: {trend: true, season: true, weekday: false}",
        "adstock: geometric",
        "hyperparameters:",
    ]
    assert f"algorithm: {TrialsConfig().algorithm}" in text


def test_a_written_file_leaves_out_what_is_empty() -> None:
    parsed = parse_project(SHORTEST)
    text = write_project(parsed.settings, parsed.trials, parsed.seed)
    assert "null" not in text
    assert "[]" not in text
    assert "calibration" not in text


def test_a_project_is_its_file_and_its_table(tmp_path: Path) -> None:
    path = tmp_path / "project.yaml"
    path.write_text(SHORTEST + "name: Spring\ntrials: {seed: 9, trials: 2}")
    project = load_project_file(path, small_table())
    assert (project.name, project.seed, project.trials.trials) == ("Spring", 9, 2)
    assert project.data.n_periods == 60
    assert project.notes == ()


def test_data_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text(OF_THE_DESIGN, encoding="utf-8-sig")
    from_file = load_project_file(str(tmp_path / "project.yaml"), DEMO)
    from_table = load_project_file(tmp_path / "project.yaml", pd.read_csv(DEMO))
    assert from_file.data.data_hash == from_table.data.data_hash
    assert from_file.data.n_periods == 182


def test_a_weekly_pattern_in_weekly_data_is_noted(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(SHORTEST + "baseline: {weekday: true}")
    project = load_project_file(tmp_path / "p.yaml", small_table())
    assert project.notes == ("baseline.weekday has no effect: the data are one row per week.",)


def test_a_column_that_is_not_in_the_data_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(SHORTEST.replace("spend: tv", "spend: serch"))
    with pytest.raises(DataError) as caught:
        load_project_file(tmp_path / "p.yaml", small_table())
    assert caught.value.problems == ("Column 'serch' is not in the table; the nearest is 'search'. Correct the name.",)


def test_what_is_impossible_in_a_used_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(SHORTEST)
    small_table().astype({"tv": object}).assign(tv=lambda t: t["tv"].where(t.index != 4, "lots")).to_csv(
        tmp_path / "d.csv"
    )
    with pytest.raises(DataError, match="tv"):
        load_project_file(tmp_path / "p.yaml", tmp_path / "d.csv")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectFileError, match=r"There is no project file '.*nowhere\.yaml'; check its path\."):
        load_project_file(tmp_path / "nowhere.yaml", small_table())


@pytest.mark.parametrize(("content", "sentence"), [(b"\xff\xfe\x00d", "is not UTF-8 text"), (None, "cannot be read")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "project.yaml"
    path.write_bytes(content) if content else path.mkdir()
    with pytest.raises(ProjectFileError, match=sentence):
        load_project_file(path, small_table())


def test_lift_studies_are_read_and_have_their_weight_in_the_search() -> None:
    text = "calibration:\n- {channels: [tv], start: 2024-01-01, end: 2024-02-01, lift: 5}\ntrials: {objective_weights: {mape: 2}}"
    parsed = parse_project(SHORTEST + text)
    assert (len(parsed.settings.calibration.studies), parsed.notes) == (1, ())
    assert parsed.trials.objective_weights == {"mape": 2.0}
    assert parse_project(OF_THE_DESIGN).settings.calibration.studies[0].standard_error == 60000.0


def test_every_unknown_channel_of_lift_studies_is_named_at_once() -> None:
    text = "calibration:\n" + "".join(
        f"- {{channels: [{channel}], start: 2024-01-01, end: 2024-02-01, lift: 5}}\n" for channel in ("radio", "print")
    )
    with pytest.raises(ProjectFileError, match=r"(?s)'radio'.*'print'"):
        parse_project(SHORTEST + text)
