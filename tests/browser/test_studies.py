"""A lift study in a real browser: typed into the table, checked as it is typed, run, and what it changes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from mmm_core.entities.records import ProjectRecord
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.store.workspace import Workspace
from tests.browser.steps import START, made_project, press, wait_for_a_warm_worker
from tests.browser.studio import Visitor

pytestmark = pytest.mark.browser

TRIALS = TrialsConfig(trials=1, iterations=400, cores=2)
CELLS = {"channels": 110, "start": 270, "end": 375, "lift": 480, "standard_error": 600}
"""Pixels from the left edge of the table to a cell of the column."""


@pytest.fixture
def project(workspace: Path, address: str) -> ProjectRecord:
    assert address
    return made_project(Workspace(workspace), "Tested", TRIALS)


def test_a_study_is_typed_run_and_seen_before_and_after(visitor: Visitor, project: ProjectRecord) -> None:
    page = visitor.page
    visitor.open(f"/studies?project={project.project_id}")
    expect(page.get_by_text("Nothing to compare yet")).to_be_visible()
    type_study(visitor)
    expect(page.get_by_text("On the $172k of these days: ROAS 4.0 ± 0.4.")).to_be_visible()
    press(visitor, "Run with 1 study")
    wait_for_a_warm_worker(visitor)
    page.get_by_role("button", name=START).first.click()
    expect(page.get_by_role("button", name="Explore the models")).to_be_visible(timeout=180_000)
    expect(page.get_by_text(re.compile(r"\(MAPE.LIFT\) was a third objective"))).to_be_visible()
    page.get_by_role("link", name="Lift studies").first.click()
    before_and_after(visitor)
    visitor.open(f"/studies?project={project.project_id}")  # all of it is still there
    before_and_after(visitor)


def type_study(visitor: Visitor) -> None:
    """Everything but the channel, which is then said to be missing; then the channel."""
    page = visitor.page
    for column, text in {"start": "2023-09-04", "end": "29.10.2023", "lift": "690k", "standard_error": "10%"}.items():
        open_cell(page, column).fill(text)
        page.keyboard.press("Enter")
    expect(page.get_by_text("The channel is missing: choose one or more of TV, Search")).to_be_visible()
    open_cell(page, "channels").press_sequentially("Sea")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")


def open_cell(page: Page, column: str) -> Locator:
    """Open a cell of the first line for typing: a click selects it, Enter opens it."""
    page.get_by_test_id("stDataFrame").first.click(position={"x": CELLS[column], "y": 52})
    page.keyboard.press("Enter")
    return page.locator("#portal input, #portal textarea").first


def before_and_after(visitor: Visitor) -> None:
    page = visitor.page
    expect(page.get_by_text(re.compile("^4 calibrations made in"))).to_be_visible(timeout=180_000)
    expect(page.get_by_text(re.compile("^Recommended answer: .*(moves most|by more than 5%)"))).to_be_visible()
    expect(page.get_by_text(re.compile("^Pareto pick: .*(moves most|by more than 5%)"))).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(2)
