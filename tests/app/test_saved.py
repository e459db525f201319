import dataclasses
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from mmm_core.entities.records import RunStatus
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from pages.shared import loaders
from tests.app.saved_runs import ended, new_project, plain, upload
from tests.store.sameness import differences

Visit = Callable[..., AppTest]


def test_without_results_the_page_says_what_to_do(studio: Visit) -> None:
    app = studio("saved")
    assert "Nothing saved yet" in plain(app)
    app.button(key="to_home").click().run()
    assert app.title[0].value == "What did each channel really bring?"


def test_every_finished_run_of_every_project_is_listed_newest_first(studio: Visit, workspace: Workspace) -> None:
    first = ended(workspace, new_project(workspace, "Coffee"))
    second = ended(workspace, new_project(workspace, "Tea"))
    keys = [button.key for button in studio("saved").button if button.label == "Open"]
    assert keys == [f"open_{second}", f"open_{first}"]


def test_failed_runs_are_not_results(studio: Visit, workspace: Workspace) -> None:
    ended(workspace, new_project(workspace), outcome=RunOutcome(status=RunStatus.FAILED, error="No."))
    assert "Nothing saved yet" in plain(studio("saved"))


def test_search_finds_by_project_by_name_and_by_what_was_found(studio: Visit, workspace: Workspace) -> None:
    ended(workspace, new_project(workspace, "Coffee"))
    tea = ended(workspace, new_project(workspace, "Tea"))
    workspace.rename_run(tea, "Board meeting")
    app = studio("saved")
    for wanted in ("board", "TEA meeting"):
        app.text_input(key="search").set_value(wanted).run()
        assert [button.key for button in app.button if button.label == "Open"] == [f"open_{tea}"]
    app.text_input(key="search").set_value("paid sales").run()
    assert "2 of 2 results" in plain(app)


def test_a_search_without_a_match_says_so(studio: Visit, workspace: Workspace) -> None:
    ended(workspace, new_project(workspace))
    app = studio("saved")
    app.text_input(key="search").set_value("zebra *").run()
    assert "Nothing among 1 result matches **zebra ***" in plain(app)


def test_a_result_opens_exactly_as_it_was(studio: Visit, workspace: Workspace) -> None:
    run_id = ended(workspace, new_project(workspace))
    workspace.select_model(run_id, "1_5")
    app = studio("saved")
    app.button(key=f"open_{run_id}").click().run()
    assert app.title[0].value == "Model 1_5"
    assert app.selectbox(key="model_choice").value == "1_5"


def test_a_result_stays_as_it_was_when_the_data_of_its_project_are_replaced(
    studio: Visit, workspace: Workspace
) -> None:
    project_id = new_project(workspace)
    run_id = ended(workspace, project_id)
    before = workspace.load_result(run_id).pareto
    workspace.save_upload(project_id, dataclasses.replace(upload(), table=upload().table.head(150)))
    app = studio("saved")
    app.button(key=f"open_{run_id}").click().run()
    after = loaders.result(run_id).pareto
    assert not differences((after["candidates"], after["estimates"]), (before["candidates"], before["estimates"]))
    assert "weekly, 208 rows" in plain(app)
    assert "150 rows" not in plain(app)


def test_a_result_is_renamed(studio: Visit, workspace: Workspace) -> None:
    run_id = ended(workspace, new_project(workspace))
    app = studio("saved")
    app.button(key=f"rename_{run_id}").click().run()
    app.text_input(key="new_name").set_value("For the board")
    next(button for button in app.button if button.label == "Rename" and button.key != f"rename_{run_id}").click().run()
    assert workspace.get_run(run_id).name == "For the board"


def test_an_empty_name_is_refused_with_a_sentence(studio: Visit, workspace: Workspace) -> None:
    run_id = ended(workspace, new_project(workspace))
    app = studio("saved")
    app.button(key=f"rename_{run_id}").click().run()
    app.text_input(key="new_name").set_value("  ")
    next(button for button in app.button if button.label == "Rename" and button.key != f"rename_{run_id}").click().run()
    assert workspace.get_run(run_id).name == "Run 1"
    assert app.error


def test_a_result_is_deleted_only_after_asking(studio: Visit, workspace: Workspace) -> None:
    run_id = ended(workspace, new_project(workspace))
    app = studio("saved")
    app.button(key=f"delete_{run_id}").click().run()
    assert "cannot be undone" in plain(app)
    assert workspace.list_runs()
    app.button(key="delete_yes").click().run()
    assert workspace.list_runs() == []
    assert "Nothing saved yet" in plain(app)


def test_results_and_project_files_can_be_downloaded(studio: Visit, workspace: Workspace) -> None:
    run_id = ended(workspace, new_project(workspace))
    keys = {button.key for button in studio("saved").download_button}
    assert keys >= {f"csv_{run_id}", f"file_{run_id}"}


def test_twenty_results_are_shown_at_first_and_all_on_request(studio: Visit, workspace: Workspace) -> None:
    project_id = new_project(workspace)
    for _ in range(22):
        ended(workspace, project_id)
    app = studio("saved")
    assert sum(button.label == "Open" for button in app.button) == 20
    app.button(key="show_all").click().run()
    assert sum(button.label == "Open" for button in app.button) == 22
