"""A backtest in a real browser: asked for, made by the worker, shown; and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mmm_core.entities.records import CheckKind, RunStatus
from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import new_project, project_file
from tests.browser.steps import press, until_over
from tests.browser.studio import Visitor
from tests.browser.test_model_page import TOO_WIDE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def run_id(workspace: Path, address: str) -> str:
    """A finished run, made by the worker of the studio."""
    assert address
    home = Workspace(workspace)
    return until_over(home, home.enqueue_run(new_project(home, "Backtest"), project_file(seed=5), 60)).run_id


def test_a_backtest_is_started_made_and_shown(visitor: Visitor, workspace: Path, run_id: str) -> None:
    visitor.open(f"/backtest?run={run_id}")
    press(visitor, "Start")
    expect(visitor.page.get_by_role("button", name="Plan the budget")).to_be_visible(timeout=240_000)
    expect(visitor.page.get_by_text("better than no media in").first).to_be_visible()
    expect(visitor.page.locator(".st-key-backtest_paths .main-svg").first).to_be_visible(timeout=30_000)
    check = Workspace(workspace).latest_check(run_id, CheckKind.BACKTEST)
    assert check is not None
    assert (check.status, check.n_done) == (RunStatus.FINISHED, 6)


def test_on_a_phone_the_backtest_is_no_wider_than_the_screen(browser: Browser, address: str, run_id: str) -> None:
    phone = Visitor(browser, address, width=390, height=800)
    phone.open(f"/backtest?run={run_id}")
    for view in ("Forecasts", "Errors by date", "Errors by distance"):
        phone.page.locator(".st-key-backtest_view").get_by_text(view, exact=True).click()
        phone.settle()
        expect(phone.page.locator(".js-plotly-plot").first).to_be_visible(timeout=30_000)
        assert phone.page.evaluate(TOO_WIDE) == 0
    phone.leave()
