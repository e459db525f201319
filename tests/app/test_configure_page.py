import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.project_file import ParsedProject, parse_project, write_project
from mmm_core.entities.columns import ColumnRole, OutcomeKind
from mmm_core.entities.findings import AppliedRepair, Repair
from mmm_core.entities.settings import CalibrationInput, Holiday, LiftStudy, Window
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.store.workspace import Workspace
from tests.app.conftest import words
from tests.app.test_guards import demo

Visit = Callable[..., AppTest]


@pytest.fixture
def project_id(workspace: Workspace) -> str:
    return demo(workspace)


@pytest.fixture
def configure(studio: Visit, project_id: str) -> AppTest:
    return studio("configure", project=project_id)


def key(project_id: str, name: str, generation: int = 0) -> str:
    return f"configure_{project_id}_{generation}_{name}"


def edit_roles(app: AppTest, project_id: str, rows: dict[int, dict[str, str]]) -> AppTest:
    """Type into the roles table."""
    edits = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    app.session_state[key(project_id, "roles")] = edits
    return app.run()


def saved(workspace: Workspace, project_id: str) -> ParsedProject:
    text = workspace.load_project_file(project_id)
    assert text is not None
    return parse_project(text)


def test_the_model_is_described_in_a_sentence(configure: AppTest) -> None:
    shown = words(configure)
    assert "Explains revenue over 208 weeks" in shown
    assert "5 paid channels" in shown
    assert "17.3" in shown


def test_the_next_step_names_the_number_of_models(configure: AppTest) -> None:
    assert configure.button(key="next_step").label == "Run 10,000 models"


def test_without_an_outcome_the_next_step_says_why_not(configure: AppTest, project_id: str) -> None:
    edit_roles(configure, project_id, {1: {"role": "ignore"}})
    assert "No column is the outcome" in configure.warning[0].value
    assert configure.button(key="next_step").disabled


def test_all_problems_are_shown_together(configure: AppTest, project_id: str) -> None:
    edit_roles(configure, project_id, {0: {"role": "ignore"}, 1: {"role": "ignore"}})
    assert "2 things to mend" in configure.warning[0].value


def test_what_is_typed_survives_a_refresh(studio: Visit, configure: AppTest, project_id: str) -> None:
    edit_roles(configure, project_id, {1: {"role": "ignore"}})
    again = studio("configure", project=project_id)
    assert "No column is the outcome" in again.warning[0].value


def test_a_changed_role_is_saved_in_the_project_file(configure: AppTest, workspace: Workspace, project_id: str) -> None:
    edit_roles(configure, project_id, {6: {"role": "ignore"}})
    assert "print_spend" not in saved(workspace, project_id).settings.used_columns


def test_an_incomplete_page_keeps_the_last_complete_project_file(
    configure: AppTest, workspace: Workspace, project_id: str
) -> None:
    edit_roles(configure, project_id, {1: {"role": "ignore"}})
    assert saved(workspace, project_id).settings.outcome.column == "revenue"


def test_a_margin_becomes_the_break_even(configure: AppTest, workspace: Workspace, project_id: str) -> None:
    configure.selectbox(key=key(project_id, "even_kind_revenue")).set_value("margin").run()
    configure.number_input(key=key(project_id, "margin")).set_value(25.0).run()
    assert saved(workspace, project_id).settings.outcome.break_even_roas == pytest.approx(4.0)


def test_conversions_ask_what_one_is_worth(configure: AppTest, workspace: Workspace, project_id: str) -> None:
    configure.selectbox(key=key(project_id, "kind")).set_value(OutcomeKind.CONVERSION).run()
    configure.selectbox(key=key(project_id, "even_kind_conversion")).set_value("value").run()
    configure.number_input(key=key(project_id, "value")).set_value(20.0).run()
    assert saved(workspace, project_id).settings.outcome.break_even_roas == pytest.approx(0.05)


def test_baseline_switches_reach_the_model(configure: AppTest, workspace: Workspace, project_id: str) -> None:
    configure.toggle(key=key(project_id, "trend")).set_value(False).run()
    assert saved(workspace, project_id).settings.baseline.parts == ("season", "holiday")


def test_a_window_that_is_too_short_is_explained(configure: AppTest, project_id: str) -> None:
    dates = configure.date_input(key=key(project_id, "to"))
    dates.set_value(dates.min.replace(month=3)).run()
    assert "cannot bear" in configure.warning[0].value


def test_a_one_off_period_is_kept_with_its_reason(configure: AppTest, workspace: Workspace, project_id: str) -> None:
    line = {"start": "2022-03-07", "end": "2022-03-14", "reason": "Strike", "treatment": "leave out"}
    edits = {"edited_rows": {}, "added_rows": [line], "deleted_rows": []}
    configure.session_state[key(project_id, "marks")] = edits
    configure.run()
    assert [mark.reason for mark in saved(workspace, project_id).settings.marked] == ["Strike"]


def test_an_expert_sees_bounds_with_what_they_mean(configure: AppTest, project_id: str) -> None:
    configure.segmented_control(key=f"level_{project_id}").set_value("Expert").run()
    assert "half of the pressure is gone after 0.6 to 3.1 weeks" in words(configure)


def test_bounds_set_by_an_expert_are_saved(configure: AppTest, workspace: Workspace, project_id: str) -> None:
    configure.segmented_control(key=f"level_{project_id}").set_value("Expert").run()
    slider = configure.slider(key=key(project_id, "bounds_tv_spend_geometric_theta"))
    slider.set_value((0.2, 0.6)).run()
    assert saved(workspace, project_id).settings.bounds["tv_spend"]["theta"] == (0.2, 0.6)


def test_the_algorithm_of_robyn_is_named_and_what_weights_do_is_said(
    configure: AppTest, workspace: Workspace, project_id: str
) -> None:
    configure.segmented_control(key=f"level_{project_id}").set_value("Expert").run()
    algorithms = configure.selectbox(key=key(project_id, "algorithm"))
    algorithms.select_index(algorithms.options.index("TwoPointsDE (Robyn-compatible)")).run()
    assert saved(workspace, project_id).trials.algorithm == "TwoPointsDE"
    for name in ("fit_weight", "plausibility"):
        assert "depends on the algorithm" in configure.number_input(key=key(project_id, name)).help


def test_the_level_is_remembered(studio: Visit, configure: AppTest, project_id: str) -> None:
    configure.segmented_control(key=f"level_{project_id}").set_value("Expert").run()
    again = studio("configure", project=project_id)
    assert again.segmented_control(key=f"level_{project_id}").value == "Expert"


def test_a_project_file_fills_the_page(configure: AppTest, workspace: Workspace, project_id: str) -> None:
    text = (workspace.load_project_file(project_id) or "").replace("seed: 123", "seed: 7")
    configure.file_uploader(key=f"load_{project_id}").upload("p.yaml", text.encode(), "text/yaml").run()
    assert saved(workspace, project_id).seed == 7


def test_a_project_file_with_unusually_large_numbers_is_shown_and_kept(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    weights = {"nrmse": 250.0, "decomp_rssd": 1.0}
    trials = TrialsConfig(trials=300, iterations=2_000_000, cores=512, objective_weights=weights)
    workspace.save_project_file(project_id, write_project(demo_settings(), trials, 2**40))
    app = studio("configure", project=project_id)
    app.segmented_control(key=f"level_{project_id}").set_value("Expert").run()
    assert app.number_input(key=key(project_id, "seed")).value == 2**40
    assert saved(workspace, project_id).trials == trials


def test_a_very_small_break_even_is_shown_and_kept(studio: Visit, workspace: Workspace, project_id: str) -> None:
    outcome = replace(demo_settings().outcome, break_even_roas=0.002)
    settings = replace(demo_settings(), outcome=outcome)
    workspace.save_project_file(project_id, write_project(settings, TrialsConfig(), 1))
    app = studio("configure", project=project_id)
    assert app.number_input(key=key(project_id, "even")).value == 0.002
    assert saved(workspace, project_id).settings.outcome.break_even_roas == 0.002


def with_study(channel: str) -> str:
    study = LiftStudy(channels=(channel,), start=dt.date(2022, 1, 3), end=dt.date(2022, 2, 27), lift=5000.0)
    settings = replace(demo_settings(), calibration=CalibrationInput(studies=(study,)))
    return write_project(settings, TrialsConfig(), 1)


def test_a_loaded_project_file_brings_its_own_lift_studies(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    workspace.save_project_file(project_id, with_study("tv_spend"))
    app = studio("configure", project=project_id)
    loaded = with_study("search_spend").encode()
    app.file_uploader(key=f"load_{project_id}").upload("p.yaml", loaded, "text/yaml").run()
    studies = saved(workspace, project_id).settings.calibration.studies
    assert [study.channels for study in studies] == [("search_spend",)]


def test_a_studied_channel_can_be_ignored_and_its_study_comes_back_with_it(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    workspace.save_project_file(project_id, with_study("print_spend"))
    app = edit_roles(studio("configure", project=project_id), project_id, {6: {"role": "ignore"}})
    assert not app.button(key="next_step").disabled
    assert "set aside: print" in words(app)
    assert not saved(workspace, project_id).settings.calibration.studies
    edit_roles(studio("configure", project=project_id), project_id, {6: {"role": "paid spend"}})
    assert saved(workspace, project_id).settings.calibration.studies


def test_an_own_calendar_is_filled_from_a_file_and_says_what_it_left_out(
    configure: AppTest, workspace: Workspace, project_id: str
) -> None:
    configure.toggle(key=key(project_id, "own")).set_value(True).run()
    content = "Tag;Anlass\n03.04.2024;Käsemarkt\nirgendwann;Kirmes\n".encode("cp1252")
    configure.file_uploader(key=key(project_id, "calendar_file")).upload("tage.csv", content, "text/csv").run().run()
    days = saved(workspace, project_id).settings.baseline.calendar
    assert days == (Holiday(date=dt.date(2024, 4, 3), name="Käsemarkt"),)
    assert "were left out (row 3;" in words(configure)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("2019-01-07", "2024-10-06", "The window 2019-01-07 to 2024-10-06 reaches outside the data"),
        ("2030-01-07", "2031-10-06", "The window 2030-01-07 to 2031-10-06 holds no period"),
    ],
)
def test_a_window_outside_the_data_is_shown_as_loaded_and_refused(
    configure: AppTest, project_id: str, start: str, end: str, sentence: str
) -> None:
    window = f"window: {{start: {start}, end: {end}}}"
    text = write_project(replace(demo_settings(), window=None), TrialsConfig(), 1) + window
    configure.file_uploader(key=f"load_{project_id}").upload("p.yaml", text.encode(), "text/yaml").run()
    shown = [str(configure.date_input(key=key(project_id, name, 1)).value) for name in ("from", "to")]
    assert shown == [start, end]
    assert sentence in configure.warning[0].value
    assert "things to mend" not in configure.warning[0].value


def test_a_loaded_window_outside_the_data_can_be_moved_inside(
    configure: AppTest, workspace: Workspace, project_id: str
) -> None:
    text = write_project(replace(demo_settings(), window=None), TrialsConfig(), 1)
    text += "window: {start: 2019-01-07, end: 2024-10-06}"
    configure.file_uploader(key=f"load_{project_id}").upload("p.yaml", text.encode(), "text/yaml").run()
    configure.date_input(key=key(project_id, "from", 1)).set_value(dt.date(2021, 7, 5)).run().run()
    assert saved(workspace, project_id).settings.window == Window(start=dt.date(2021, 7, 5), end=dt.date(2024, 10, 6))


def test_repairs_of_the_upload_are_saved_in_the_project_file(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    upload = workspace.load_upload(project_id)
    assert upload is not None
    workspace.save_upload(project_id, replace(upload, applied={"negative_media:tv_spend": Repair.TREAT_AS_ZERO}))
    studio("configure", project=project_id)
    done = AppliedRepair(finding="negative_media", repair=Repair.TREAT_AS_ZERO, column="tv_spend")
    assert saved(workspace, project_id).repairs == (done,)


def test_repairs_reach_the_project_file_also_without_opening_configure(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    upload = workspace.load_upload(project_id)
    assert upload is not None
    workspace.save_upload(project_id, replace(upload, applied={"missing_periods": Repair.FILL_MISSING_PERIODS}))
    studio("run", project=project_id)
    assert saved(workspace, project_id).repairs == (
        AppliedRepair(finding="missing_periods", repair=Repair.FILL_MISSING_PERIODS),
    )


def test_a_project_file_asks_for_repairs_that_are_not_done_here(configure: AppTest, project_id: str) -> None:
    text = write_project(demo_settings(), TrialsConfig(), 1)
    text += "repairs: [{finding: negative_media, column: tv_spend, repair: treat_as_zero}]\n"
    configure.file_uploader(key=f"load_{project_id}").upload("p.yaml", text.encode(), "text/yaml").run()
    assert "not done here yet: tv_spend" in configure.toast[0].value


def test_a_bad_project_file_is_refused_and_changes_nothing(
    configure: AppTest, workspace: Workspace, project_id: str
) -> None:
    before = workspace.load_project_file(project_id)
    configure.file_uploader(key=f"load_{project_id}").upload("p.yaml", b"paid_medai: 3", "text/yaml").run()
    assert "paid" in configure.error[0].value
    assert workspace.load_project_file(project_id) == before


def test_several_problems_of_a_project_file_are_listed(configure: AppTest, project_id: str) -> None:
    text = b"date: date\nadstock: weibul_pdf\n"
    configure.file_uploader(key=f"load_{project_id}").upload("p.yaml", text, "text/yaml").run()
    shown = configure.error[0].value.splitlines()
    assert shown[0] == "**3 things need your attention**"
    assert sum(line.startswith("- ") for line in shown) == 3


def test_a_project_file_that_is_not_utf_8_is_refused_and_changes_nothing(
    configure: AppTest, workspace: Workspace, project_id: str
) -> None:
    before = workspace.load_project_file(project_id)
    text = (before or "").replace("Demo brand", "Müller").encode("cp1252")
    configure.file_uploader(key=f"load_{project_id}").upload("p.yaml", text, "text/yaml").run()
    assert "'p.yaml' is not UTF-8 text" in configure.error[0].value
    assert workspace.load_project_file(project_id) == before


def test_a_project_file_with_a_byte_order_mark_is_read(
    configure: AppTest, workspace: Workspace, project_id: str
) -> None:
    text = (workspace.load_project_file(project_id) or "").replace("seed: 123", "seed: 7")
    configure.file_uploader(key=f"load_{project_id}").upload("p.yaml", text.encode("utf-8-sig"), "text/yaml").run()
    assert saved(workspace, project_id).seed == 7


def test_first_suggestions_fill_the_roles(studio: Visit, workspace: Workspace) -> None:
    app = studio("configure", project=demo(workspace, configured=False))
    roles = list(app.data_editor[0].value["role"])
    assert roles.count("paid spend") == 5
    assert roles.count("exposure") == 2
    assert ColumnRole.OUTCOME.value in roles


def test_a_column_ignored_by_a_repair_is_ignored_here_too(studio: Visit, workspace: Workspace, project_id: str) -> None:
    studio("configure", project=project_id)
    upload = workspace.load_upload(project_id)
    assert upload is not None
    roles = [replace(s, role=ColumnRole.IGNORE) if s.column == "print_spend" else s for s in upload.suggestions]
    workspace.save_upload(project_id, replace(upload, suggestions=tuple(roles)))
    studio("configure", project=project_id)
    assert "print_spend" not in saved(workspace, project_id).settings.used_columns
