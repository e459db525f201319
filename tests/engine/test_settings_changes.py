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
