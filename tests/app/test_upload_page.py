from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.store.workspace import Workspace
from tests.app.conftest import words

Visit = Callable[..., AppTest]


def weekly(**columns: object) -> bytes:
    """A good file of two years, with some columns replaced."""
    weeks = pd.date_range("2022-01-03", periods=104, freq="7D").strftime("%Y-%m-%d")
    revenue = [1000.5 + i * 37 % 211 for i in range(104)]
    table = pd.DataFrame({"date": weeks, "revenue": revenue, "tv_spend": [i % 7 * 10.0 for i in range(104)]})
    return table.assign(**columns).to_csv(index=False).encode()


@pytest.fixture
def upload(studio: Visit, workspace: Workspace) -> AppTest:
    return studio("upload", project=workspace.create_project("Coffee").project_id)


def drop(app: AppTest, raw: bytes, name: str = "data.csv") -> AppTest:
    app.file_uploader[0].upload(name, raw, "text/csv").run()
    return app


def test_before_the_first_file_the_page_says_what_is_expected(upload: AppTest) -> None:
    assert "one row per day, week or month" in words(upload)
    assert upload.button(key="next_step").disabled


def test_a_good_file_is_summed_up_in_one_sentence(upload: AppTest) -> None:
    assert "104 weekly rows, 3 Jan 2022 to 25 Dec 2023\\: revenue, 1 paid channel" in words(drop(upload, weekly()))
    assert not upload.button(key="next_step").disabled


def test_a_good_file_is_kept_in_the_workspace(upload: AppTest, workspace: Workspace) -> None:
    drop(upload, weekly())
    project = workspace.list_projects()[0]
    assert (project.source_name, project.n_rows) == ("data.csv", 104)


def test_an_empty_file_is_refused_in_a_sentence(upload: AppTest) -> None:
    drop(upload, b"")
    assert "empty" in upload.error[0].value
    assert not upload.exception


def test_a_bad_file_leaves_the_previous_data(upload: AppTest, workspace: Workspace) -> None:
    drop(upload, weekly())
    drop(upload, b"only\n1\n2\n", "bad.csv")
    assert "previous data are kept" in upload.error[0].value
    assert workspace.list_projects()[0].source_name == "data.csv"


def test_after_a_file_full_of_impossible_findings_the_previous_data_come_back(
    upload: AppTest, workspace: Workspace
) -> None:
    drop(upload, weekly())
    for name in ("wrong.csv", "wrong_again.csv"):
        drop(upload, weekly(tv_spend=[-1.0 - i % 7 for i in range(104)], revenue=["", *range(103)]), name)
    assert upload.button(key="next_step").disabled
    assert "data.csv, 104 rows" in words(upload)
    upload.button(key="previous_data").click().run()
    assert workspace.list_projects()[0].source_name == "data.csv"
    assert not upload.button(key="next_step").disabled


def test_repairs_of_a_wrong_file_do_not_take_the_way_back(upload: AppTest, workspace: Workspace) -> None:
    drop(upload, weekly())
    drop(upload, weekly(tv_spend=[-5.0, *[i % 7 * 10.0 for i in range(103)]]), "wrong.csv")
    next(button for button in upload.button if button.label == "Treat as 0").click().run()
    upload.button(key="previous_data").click().run()
    assert workspace.list_projects()[0].source_name == "data.csv"
    assert "undo_repair" not in [button.key for button in upload.button]


def test_the_first_file_has_no_previous_data(upload: AppTest) -> None:
    assert "previous_data" not in [button.key for button in drop(upload, weekly()).button]


def test_negative_spend_blocks_until_it_is_repaired(upload: AppTest) -> None:
    spend = [-5.0, *[i % 7 * 10.0 for i in range(103)]]
    drop(upload, weekly(tv_spend=spend))
    assert upload.button(key="next_step").disabled
    next(button for button in upload.button if button.label == "Treat as 0").click().run()
    assert not upload.button(key="next_step").disabled


def test_a_repair_can_be_undone(upload: AppTest) -> None:
    drop(upload, weekly(tv_spend=[-5.0, *[i % 7 * 10.0 for i in range(103)]]))
    next(button for button in upload.button if button.label == "Treat as 0").click().run()
    upload.button(key="undo_repair").click().run()
    assert upload.button(key="next_step").disabled


def test_markup_in_column_names_is_shown_as_it_is_written(upload: AppTest) -> None:
    raw = weekly().replace(b"revenue", b"revenue <b>x</b>")
    assert "revenue \\<b\\>x\\</b\\>" in words(drop(upload, raw))


def test_a_template_can_be_downloaded(upload: AppTest) -> None:
    assert [button.label for button in upload.get("download_button")] == ["Download a template"]


def test_a_refused_file_says_nothing_in_another_project(upload: AppTest, workspace: Workspace) -> None:
    drop(upload, b"")
    upload.query_params["project"] = workspace.create_project("Tea").project_id
    assert not upload.run().error
