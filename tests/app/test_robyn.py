"""The Robyn bridge: drop, read, create a project, see where the model stands, write one."""

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.engine.project_file import parse_project
from mmm_core.engine.robyn_import import import_robyn
from mmm_core.store.workspace import Workspace
from pages.shared.robyn_views import RobynView
from tests.app.saved_runs import ended, new_project, plain
from tests.robyn_builders import DEMO_CSV, as_text, golden_robyn, robyn_design, robyn_document, robyn_text

Visit = Callable[..., AppTest]
Files = list[tuple[str, bytes, str]]

MODEL = ("RobynModel-1_130_1.json", robyn_text().encode(), "application/json")
DESIGN = ("dt_mod.csv", robyn_design(), "text/csv")
WITHOUT_DATA = ("RobynModel-1_1_1.json", robyn_text("fitted_again").encode(), "application/json")
DATA = ("demo.csv", DEMO_CSV, "text/csv")


@pytest.fixture
def taken(workspace: Workspace) -> str:
    """A project with the imported model beside it."""
    project_id = new_project(workspace)
    workspace.save_robyn(project_id, robyn_text())
    return project_id


def drop(app: AppTest, *files: tuple[str, bytes, str]) -> AppTest:
    app.file_uploader[0].set_value(list(files)).run()
    return app


def view(app: AppTest, wanted: RobynView) -> AppTest:
    app.segmented_control(key="robyn_view").set_value(wanted).run()
    return app


def pressed(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    return app


def test_home_leads_to_the_place_where_a_robyn_file_is_dropped(studio: Visit) -> None:
    app = pressed(studio(), "Take over a Robyn model")
    assert app.title[0].value == "Robyn bridge"
    assert "the file that `robyn_write()` made in R" in plain(app)


def test_a_dropped_model_is_described_and_fitted_again(studio: Visit) -> None:
    app = drop(studio("robyn"), MODEL, DESIGN)
    said = plain(app)
    assert "Model 1_130_1 of Robyn (dev) v3.12.1 [R-4.2.2]: 170 of 208 weeks, 2021-07-05 to 2024-09-30" in said
    assert "every contribution is Robyn's, to a millionth" in said
    assert "Robyn itself would take 171 weeks" in said
    terms = next(frame.value for frame in app.dataframe if "ours" in frame.value and "share" in frame.value)
    assert terms.set_index("term").loc["TV", "ours"] == pytest.approx(7714793.10058523, rel=1e-6)
    assert set(terms["difference"]) == {"none"}


def test_a_project_is_created_with_its_settings_and_its_model(studio: Visit, workspace: Workspace) -> None:
    app = drop(studio("robyn"), MODEL, DESIGN)
    app.text_input[0].set_value("Coffee Germany")
    pressed(app, "Create project")
    assert app.title[0].value == "Configure"
    project = workspace.list_projects()[0]
    settings = parse_project(workspace.load_project_file(project.project_id) or "").settings
    assert (project.name, settings) == ("Coffee Germany", golden_robyn().project.data.settings)
    kept = import_robyn(workspace.load_robyn(project.project_id) or "")
    assert kept.report == golden_robyn().report
    assert kept.baseline is not None


def test_configure_shows_the_project_as_robyn_had_it_without_open_points(studio: Visit, workspace: Workspace) -> None:
    app = pressed(drop(studio("robyn"), MODEL), "Create project")
    assert "5 paid channels (2 through their exposure)" in plain(app)
    before = workspace.load_project_file(workspace.list_projects()[0].project_id)
    app.run()
    assert parse_project(before or "").settings == golden_robyn().project.data.settings
    assert workspace.load_draft(workspace.list_projects()[0].project_id, "configure").get("problems", []) == []


def test_a_file_without_data_asks_for_the_table_and_takes_it(studio: Visit) -> None:
    app = drop(studio("robyn"), WITHOUT_DATA)
    assert "holds no data" in app.error[0].value.replace("\\", "")
    again = drop(studio("robyn"), WITHOUT_DATA, DATA)
    assert "135 of 208 weeks" in plain(again)


def test_a_table_alone_waits_for_the_file(studio: Visit) -> None:
    app = drop(studio("robyn"), DATA)
    assert "Now drop Robyn's file too" in app.info[0].value


def test_a_damaged_file_is_refused_in_a_sentence_and_can_be_taken_back(studio: Visit) -> None:
    app = drop(studio("robyn"), ("RobynModel-x.json", robyn_text()[:9000].encode(), "application/json"))
    assert "cannot be read as JSON" in app.error[0].value
    pressed(app, "Start again with other files")
    assert not app.error
    assert "What to drop" in plain(app)


def test_inputs_alone_become_a_project_too(studio: Visit, workspace: Workspace) -> None:
    document = robyn_document()
    del document["ExportedModel"], document["ModelsCollect"]
    app = drop(studio("robyn"), ("RobynModel-inputs.json", as_text(document).encode(), "application/json"))
    assert "Inputs without a model" in plain(app)
    pressed(app, "Create project")
    project_id = workspace.list_projects()[0].project_id
    assert "inputs without a model" in studio("robyn", project=project_id).info[0].value


def test_what_was_dropped_is_still_there_after_a_look_elsewhere(studio: Visit) -> None:
    app = drop(studio("robyn"), MODEL, DESIGN)
    app.switch_page("pages/saved.py").run()
    app.switch_page("pages/robyn.py").run()
    assert "every contribution is Robyn's, to a millionth" in plain(app)


def test_before_a_run_the_page_says_what_the_run_will_tell(studio: Visit, taken: str) -> None:
    app = studio("robyn", project=taken)
    assert "Run the project first" in plain(app)
    assert app.button(key="next_step").label == "Go to Run"


def test_after_a_run_the_page_says_where_the_model_stands(studio: Visit, workspace: Workspace, taken: str) -> None:
    ended(workspace, taken)
    app = studio("robyn", project=taken)
    assert "Of the 60 models of this run, it does at least as well as" in plain(app)
    standing = next(frame.value for frame in app.dataframe if "share_beaten" in frame.value)
    assert len(standing) == 3
    assert standing["rank"].between(1, 61).all()


def test_a_project_of_one_s_own_has_no_robyn_model_to_compare(studio: Visit, workspace: Workspace) -> None:
    app = view(studio("robyn", project=new_project(workspace)), RobynView.STANDING)
    assert "was not taken over from Robyn" in plain(app)


def test_without_a_run_there_is_nothing_to_write(studio: Visit, workspace: Workspace) -> None:
    app = view(studio("robyn", project=new_project(workspace)), RobynView.WRITE)
    assert app.button(key="robyn_go").label == "Go to Run"
    assert view(studio("robyn"), RobynView.WRITE).button(key="robyn_go").label == "Go to Home"


def test_a_model_of_a_run_is_written_for_robyn(
    studio: Visit, workspace: Workspace, downloads: dict[str, bytes]
) -> None:
    run_id = ended(workspace, new_project(workspace))
    workspace.select_model(run_id, "1_5")
    document = robyn_of(studio("robyn", run=run_id), downloads, "1_5")
    assert document["ExportedModel"]["select_model"] == ["1_5"]
    assert document["InputCollect"]["paid_media_selected"][1] == "search_clicks"


def robyn_of(app: AppTest, downloads: dict[str, bytes], model_id: str) -> dict[str, dict[str, object]]:
    """What the view of writing offers of a model."""
    view(app, RobynView.WRITE)
    content: dict[str, dict[str, object]] = json.loads(downloads[f"RobynModel-{model_id}.json"])
    return content


def test_the_imported_model_is_written_as_it_came(studio: Visit, taken: str, downloads: dict[str, bytes]) -> None:
    document = robyn_of(studio("robyn", project=taken), downloads, "1_130_1")
    golden = robyn_document()
    assert document["ExportedModel"]["hyper_values"] == golden["ExportedModel"]["hyper_values"]
    assert document["InputCollect"]["window_end"] == golden["InputCollect"]["window_end"]


def test_the_model_page_leads_to_writing_the_model_it_shows(
    studio: Visit, workspace: Workspace, downloads: dict[str, bytes]
) -> None:
    run_id = ended(workspace, new_project(workspace))
    app = studio("model", run=run_id, model="1_7")
    app.button(key="write_robyn").click().run()
    assert app.title[0].value == "Robyn bridge"
    assert "RobynModel-1_7.json" in downloads
