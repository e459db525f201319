from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from mmm_core.store.workspace import Workspace
from tests.app.conftest import words

Visit = Callable[..., AppTest]


def test_an_empty_workspace_shows_the_question_and_the_four_steps(studio: Visit) -> None:
    app = studio()
    assert app.title[0].value == "What did each channel really bring?"
    assert "4 · Decide" in words(app)


def test_home_says_where_the_workspace_is(studio: Visit, workspace: Workspace) -> None:
    shown = studio().caption[-1].value.replace("\\", "")
    assert str(workspace.folder) in shown


def test_the_demo_is_ready_to_run_after_one_click(studio: Visit) -> None:
    app = studio()
    app.button(key="try_demo").click().run()
    assert app.title[0].value == "Configure"
    assert not app.button(key="next_step").disabled


def test_the_demo_is_not_made_twice(studio: Visit, workspace: Workspace) -> None:
    for _ in range(2):
        studio().button(key="try_demo").click().run()
    assert [project.name for project in workspace.list_projects()] == ["Demo brand"]


def test_a_new_project_goes_on_to_upload(studio: Visit, workspace: Workspace) -> None:
    app = studio()
    app.button(key="new_project").click().run()
    app.text_input[0].set_value("Coffee")
    next(button for button in app.button if button.label == "Create and upload data").click().run()
    assert [project.name for project in workspace.list_projects()] == ["Coffee"]
    assert app.title[0].value == "Upload"


def test_a_project_without_a_name_is_refused_in_a_sentence(studio: Visit, workspace: Workspace) -> None:
    app = studio()
    app.button(key="new_project").click().run()
    next(button for button in app.button if button.label == "Create and upload data").click().run()
    assert "1 to 200 characters" in app.error[0].value
    assert workspace.list_projects() == []


def test_a_card_says_what_the_project_needs_next(studio: Visit, workspace: Workspace) -> None:
    workspace.create_project("Coffee")
    assert "Needs data" in words(studio())


def test_markup_in_a_project_name_is_shown_as_it_is_written(studio: Visit, workspace: Workspace) -> None:
    project = workspace.create_project("<b>*Coffee*</b>")
    assert studio().button(key=f"title_{project.project_id}").label == "\\<b\\>\\*Coffee\\*\\</b\\>"


def test_deleting_asks_first_and_then_deletes(studio: Visit, workspace: Workspace) -> None:
    project = workspace.create_project("Coffee")
    app = studio()
    app.menu_button(key=f"menu_{project.project_id}").set_value("Delete").run()
    assert workspace.list_projects()
    app.button(key="delete_yes").click().run()
    assert workspace.list_projects() == []


def test_opening_a_card_goes_to_the_step_that_is_next(studio: Visit, workspace: Workspace) -> None:
    project = workspace.create_project("Coffee")
    app = studio()
    app.button(key=f"title_{project.project_id}").click().run()
    assert app.title[0].value == "Upload"
