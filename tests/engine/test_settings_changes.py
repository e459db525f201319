from mmm_core.engine.settings_changes import setting_changes

FILE = """
date: date
outcome: {column: revenue, kind: revenue, currency: EUR}
paid_media: [{spend: tv_spend}, {spend: search_spend, exposure: search_clicks}]
baseline: {trend: true, season: true}
trials: {trials: 5, iterations: 2000, seed: 123, cores: 2}
"""


def test_the_same_request_has_no_changes_whatever_the_number_of_cores() -> None:
    assert setting_changes(FILE, FILE.replace("cores: 2", "cores: 1")) == []


def test_numbers_are_told_from_old_to_new() -> None:
    assert setting_changes(FILE, FILE.replace("2000", "500")) == ["candidates per trial 2000 → 500"]


def test_channels_added_removed_and_changed_are_named() -> None:
    after = FILE.replace("{spend: tv_spend}", "{spend: radio_spend}").replace("search_clicks", "search_views")
    assert setting_changes(FILE, after) == [
        "paid media: tv_spend removed",
        "paid media: search_spend changed (exposure search_clicks → exposure search_views)",
        "paid media: radio_spend added",
    ]


def test_bounds_and_switches_are_told_in_words() -> None:
    after = FILE.replace("trend: true", "trend: false") + "hyperparameters: {tv_spend: {theta: [0.3, 0.8]}}\n"
    assert setting_changes(FILE, after) == ["trend on → off", "tv theta 0.3–0.8"]


def test_one_off_periods_are_told_by_their_reason_and_first_day() -> None:
    before = FILE + "one_off: [{start: 2020-03-16, end: 2020-05-03, reason: Lockdown, treatment: event}]\n"
    assert setting_changes(FILE, before) == ["one-off periods: Lockdown from 2020-03-16 added"]
    assert setting_changes(before, before.replace("05-03", "05-10")) == [
        "one-off periods: Lockdown from 2020-03-16 changed "
        "(end 2020-05-03, treatment event → end 2020-05-10, treatment event)"
    ]


def test_lift_studies_are_told_by_their_channels_and_first_day() -> None:
    study = "{channels: [tv_spend, radio_spend], start: 2022-01-03, end: 2022-01-30, lift: 500.0, spend: 900.0}"
    other = study.replace("01-03", "06-06").replace("01-30", "06-26")
    before = f"{FILE}calibration: [{study}]\n"
    assert setting_changes(FILE, before) == ["lift studies: tv_spend + radio_spend from 2022-01-03 added"]
    assert setting_changes(before, before.replace(study, f"{study}, {other}")) == [
        "lift studies: tv_spend + radio_spend from 2022-06-06 added"
    ]
