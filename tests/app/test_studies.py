from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.engine.project_file import parse_project
from mmm_core.entities.records import CheckKind, RunStatus
from mmm_core.entities.settings import LiftStudy
from mmm_core.store.workspace import Workspace
from pages.shared import study_guide
from tests.app.saved_runs import ended, new_project, plain, upload
from tests.store.test_trust import card
from tests.study_runs import SEARCH, TV, file_with, report_on, result_with, run_with, save_report

Visit = Callable[..., AppTest]
GOOD = {
    "channels": ["tv_spend"],
    "start": "2023-05-22",
    "end": "2023-06-18",
    "lift": "1.9m",
    "standard_error": "10%",
}


@pytest.fixture
def project_id(workspace: Workspace) -> str:
    return new_project(workspace)


@pytest.fixture
def page(studio: Visit, project_id: str) -> AppTest:
    return studio("studies", project=project_id)


def type_lines(app: AppTest, project_id: str, *lines: dict[str, object], generation: int = 0) -> AppTest:
    """Type lines into the empty table: the first into the line that is there."""
    edits = {"edited_rows": {0: lines[0]}, "added_rows": list(lines[1:]), "deleted_rows": []}
    app.session_state[f"studies_{project_id}_{generation}"] = edits
    return app.run()


def saved(workspace: Workspace, project_id: str) -> tuple[LiftStudy, ...]:
    text = workspace.load_project_file(project_id)
    assert text is not None
    return parse_project(text).settings.calibration.studies


def badges(app: AppTest) -> list[str]:
    return [
        word
        for one in app.markdown
        for word in ("Used, please check", "Not used yet", "Used")
        if f" {word}]" in one.value
    ]


def test_the_page_says_what_a_study_is_and_that_nothing_can_be_compared_yet(page: AppTest) -> None:
    assert page.title[0].value == "Lift studies"
    assert study_guide.IN_SHORT in plain(page)
    assert "Nothing to compare yet" in plain(page)


def test_a_good_line_is_used_at_once_and_is_part_of_the_project_file(
    page: AppTest, workspace: Workspace, project_id: str
) -> None:
    app = type_lines(page, project_id, GOOD)
    assert badges(app) == ["Used"]
    assert saved(workspace, project_id) == (TV,)
    assert "Lift $1.9M ± $190k (standard error). On the $472k of these days: ROAS 4.0 ± 0.4." in plain(app)
    assert app.button(key="next_step").label == "Run with 1 study"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lift": "a lot"}, "The lift must be the outcome the channels brought, such as 250000 or 250k; got 'a lot'."),
        ({"standard_error": "small"}, "The standard error must be a number above 0"),
        ({"end": "2023-05-01"}, "A lift study must end on or after its start; got 2023-05-22 to 2023-05-01."),
        ({"channels": ["radio"]}, "'radio' is no channel of the model; there are TV, Search"),
        ({"start": "2013-03-06", "end": "2013-04-02"}, "reaches outside the data, which run from"),
        ({"start": "spring"}, "The first day must be a day such as 2024-03-04, got 'spring'."),
    ],
)
def test_a_line_with_a_problem_says_it_and_keeps_no_other_line_from_being_used(
    page: AppTest, workspace: Workspace, project_id: str, changes: dict[str, object], sentence: str
) -> None:
    app = type_lines(page, project_id, {**GOOD, **changes}, {**GOOD, "channels": ["search_spend"]})
    assert sentence in plain(app)
    assert badges(app) == ["Not used yet", "Used"]
    assert [study.channels for study in saved(workspace, project_id)] == [("search_spend",)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"spend": "5"}, "which is more than 10% off. It is used as it is"),
        ({"confidence": "75%"}, "has a confidence of 0.75, below 0.8."),
    ],
)
def test_a_doubt_is_said_and_the_study_is_used(
    page: AppTest, workspace: Workspace, project_id: str, changes: dict[str, object], sentence: str
) -> None:
    line = {**GOOD, "channels": ["search_spend"], **changes}
    app = type_lines(page, project_id, line)
    assert sentence in plain(app)
    assert badges(app) == ["Used, please check"]
    assert len(saved(workspace, project_id)) == 1


def test_of_lines_that_overlap_or_say_the_same_the_first_is_used(
    page: AppTest, workspace: Workspace, project_id: str
) -> None:
    app = type_lines(page, project_id, GOOD, GOOD, {**GOOD, "end": "2023-05-28"})
    assert "This line says the same as line 1." in plain(app)
    assert "overlap, both with 'tv_spend'" in plain(app)
    assert saved(workspace, project_id) == (TV,)


def test_two_studies_of_a_channel_that_disagree_are_named_as_they_are_typed(page: AppTest, project_id: str) -> None:
    first = {**GOOD, "channels": ["search_spend"]}
    app = type_lines(page, project_id, first, {**first, "start": "2023-09-04", "end": "2023-10-01", "lift": "50k"})
    assert "combined standard errors apart" in plain(app)


def test_nothing_typed_is_lost_however_wrong_it_is(studio: Visit, page: AppTest, project_id: str) -> None:
    type_lines(page, project_id, {**GOOD, "lift": "a lot"}, {"channels": ["radio"], "start": "soon"})
    table = studio("studies", project=project_id).data_editor[0].value
    assert table["lift"].tolist() == ["a lot", ""]
    assert table["start"].tolist() == ["2023-05-22", "soon"]
    assert [list(names) for names in table["channels"]] == [["tv_spend"], ["radio"]]


def test_configure_keeps_what_was_typed_here(
    studio: Visit, page: AppTest, workspace: Workspace, project_id: str
) -> None:
    type_lines(page, project_id, GOOD)
    studio("configure", project=project_id)
    assert saved(workspace, project_id) == (TV,)


def test_studies_that_came_with_a_project_file_stand_in_the_table(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    run_with(workspace, project_id, TV, SEARCH)
    table = studio("studies", project=project_id).data_editor[0].value
    assert table["lift"].tolist() == ["1900000", "500000"]
    assert table["confidence"].tolist() == ["", "0.9"]


def test_a_line_that_is_deleted_is_gone_from_the_project_file(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    run_with(workspace, project_id, TV, SEARCH)
    app = studio("studies", project=project_id)
    app.session_state[f"studies_{project_id}_0"] = {"edited_rows": {}, "added_rows": [], "deleted_rows": [0]}
    app.run()
    assert saved(workspace, project_id) == (SEARCH,)


def drop(app: AppTest, text: str) -> AppTest:
    return app.file_uploader[0].upload("studies.csv", text.encode(), "text/csv").run()


def test_a_dropped_file_adds_its_lines(page: AppTest, workspace: Workspace, project_id: str) -> None:
    type_lines(page, project_id, GOOD)
    app = drop(page, "Kanal;Von;Bis;Lift\nSearch;04.09.2023;01.10.2023;500.000,0\nTV;1;2;3\n")
    assert "2 lines added from studies.csv." in plain(app)
    assert [study.channels for study in saved(workspace, project_id)] == [("tv_spend",), ("search_spend",)]
    assert app.data_editor[0].value["start"].tolist() == ["2023-05-22", "2023-09-04", "1"]


def test_a_file_with_the_wrong_columns_says_which_are_needed_and_changes_nothing(
    page: AppTest, workspace: Workspace, project_id: str
) -> None:
    type_lines(page, project_id, GOOD)
    app = drop(page, "week,sales\n2023-03-06,5\n")
    assert "The file has no column for channels, start, end, lift; it needs channels" in plain(app)
    assert saved(workspace, project_id) == (TV,)


def test_without_roles_the_page_goes_to_configure(studio: Visit, workspace: Workspace) -> None:
    project = workspace.create_project("New").project_id
    workspace.save_upload(project, upload())
    assert "studies are about the channels of the model" in plain(studio("studies", project=project))


def test_the_comparison_is_asked_for_when_a_run_with_studies_is_first_looked_at(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    run_id = run_with(workspace, project_id, TV, SEARCH)
    app = studio("studies", project=project_id)
    check = workspace.latest_check(run_id, CheckKind.LEAVE_ONE_OUT)
    assert check is not None
    assert (check.status, check.n_planned) == (RunStatus.QUEUED, 8)
    assert "Drawn here as soon as the first part is made." in plain(app)
    studio("studies", project=project_id)
    assert workspace.latest_check(run_id, CheckKind.LEAVE_ONE_OUT) == check


@pytest.mark.parametrize("n_made", [1, 2, 4, 8])
def test_the_comparison_is_drawn_part_by_part(
    studio: Visit, workspace: Workspace, project_id: str, n_made: int
) -> None:
    save_report(workspace, run_with(workspace, project_id, TV, SEARCH), report_on(TV, SEARCH)[n_made - 1])
    app = studio("studies", project=project_id)
    assert len(app.get("plotly_chart")) == {1: 0, 2: 0, 4: 2, 8: 2}[n_made]
    assert ("Not made yet" in plain(app)) == (n_made < 8)


@pytest.mark.parametrize("view", ["Returns with and without", "Predicted and measured"])
def test_both_answers_stand_beside_each_other_the_recommended_first(
    studio: Visit, workspace: Workspace, project_id: str, view: str
) -> None:
    save_report(workspace, run_with(workspace, project_id, TV), report_on(TV)[-1])
    app = studio("studies", project=project_id)
    next(group for group in app.button_group if group.key == "study_view").set_value(view).run()
    said = plain(app)
    assert len(app.get("plotly_chart")) == 2
    assert -1 < said.index("**Recommended answer:") < said.index("**Pareto pick:")


def test_a_comparison_that_was_stopped_keeps_what_it_has_and_can_go_on(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    run_id = run_with(workspace, project_id, TV, SEARCH)
    check = save_report(workspace, run_id, report_on(TV, SEARCH)[4])
    workspace.request_check_stop(check.check_id)
    workspace.register_worker("x", 1)
    workspace.finish_check(check.check_id, "tests", RunStatus.STOPPED)
    app = studio("studies", project=project_id)
    assert "Stopped after 5 of 8 calibrations; they are kept." in plain(app)
    app.button(key="study_again").click().run()
    again = workspace.latest_check(run_id, CheckKind.LEAVE_ONE_OUT)
    assert again is not None
    assert again.check_id != check.check_id


def test_studies_that_changed_since_the_run_are_said_to_have(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    run_with(workspace, project_id, TV, SEARCH)
    app = studio("studies", project=project_id)
    assert "have changed since" not in plain(app)
    app.session_state[f"studies_{project_id}_0"] = {"edited_rows": {}, "added_rows": [], "deleted_rows": [0]}
    assert "The studies above have changed since. Run again" in plain(app.run())


def test_the_trust_card_s_tests_are_proposed(studio: Visit, workspace: Workspace, project_id: str) -> None:
    workspace.save_trust(ended(workspace, project_id), card(is_complete=True))
    said = plain(studio("studies", project=project_id))
    assert "For 4 weeks, spend 50% less on TV in half of the regions" in said
    assert "Most is in doubt about" in said


def test_a_project_without_a_finished_run_explains_all_the_same(page: AppTest) -> None:
    assert [expander.label for expander in page.expander] == ["What to enter, and what it does"]


def test_the_model_page_says_which_studies_a_model_hits(studio: Visit, workspace: Workspace, project_id: str) -> None:
    run_id = run_with(workspace, project_id, TV, SEARCH)
    averaged = plain(studio("model", run=run_id))
    seen = report_on(TV, SEARCH)[0].answers[0].predictions
    assert f"Hits {sum(one.is_hit is True for one in seen)} of 2 lift studies" in averaged
    pick = result_with(TV, SEARCH).pareto["recommended_id"]
    candidate = plain(studio("model", run=run_id, model=pick))
    assert "TV · 22 May – 18 Jun 2023** · measured $1.9M, model $" in candidate


def test_a_run_with_studies_says_that_the_gap_to_them_was_an_objective(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    run_with(workspace, project_id, TV, SEARCH)
    said = plain(studio("run", project=project_id))
    assert "Calibrated on 2 lift studies: the gap to them (MAPE.LIFT) was a third objective, and is " in said


def test_configure_says_that_there_are_studies(studio: Visit, workspace: Workspace, project_id: str) -> None:
    run_with(workspace, project_id, TV)
    said = plain(studio("configure", project=project_id))
    assert "Calibrated on 1 lift study: the gap to what was measured is a third objective" in said


def test_once_the_studies_are_in_a_result_the_next_step_is_that_result(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    run = run_with(workspace, project_id, TV)
    save_report(workspace, run, report_on(TV)[-1])
    run_with(workspace, project_id)  # a newer run that used none, which other pages would open
    workspace.save_project_file(project_id, file_with(TV))
    page = studio("studies", project=project_id)
    button = page.button(key="next_step")
    assert button.label == "See the answer of Run 1"
    assert "run" not in page.query_params  # looking opens no other run; the button does
    button.click().run()
    assert page.query_params["run"] == run
