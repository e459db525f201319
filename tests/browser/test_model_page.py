"""One model on one page in a real browser: every panel, on a phone, on paper, and opened again from its link."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import new_project, project_file
from tests.browser.studio import Visitor
from tests.runs.studio_process import wait_until

pytestmark = pytest.mark.browser

TOO_WIDE = """() => [...document.querySelectorAll('.js-plotly-plot')]
  .filter(plot => plot.getBoundingClientRect().right > innerWidth + 1).length"""
"""Charts that reach beyond the window."""


@pytest.fixture(scope="module")
def run_id(workspace: Path, address: str) -> str:
    """A finished run, made by the worker of the studio."""
    assert address
    home = Workspace(workspace)
    project_id = new_project(home, "Model page")
    run = home.enqueue_run(project_id, project_file(), 60)
    wait_until(lambda: home.get_run(run.run_id).status.is_over, 120, "the end of the run")
    return run.run_id


def test_every_panel_is_drawn_and_the_link_opens_the_same_model(visitor: Visitor, run_id: str) -> None:
    page = visitor.page
    visitor.open(f"/model?run={run_id}&model=1_7")
    page.locator(".st-key-model_group").get_by_text("All panels").click()
    for key in ("shares", "contributions", "weekly", "fit", "residuals", "decay", "carry_over", "curve", "grid"):
        expect(page.locator(f".st-key-{key} .main-svg").first).to_be_visible()
    page.get_by_role("button", name="Share or print").click()
    link = page.locator(".stCode").inner_text().strip()
    assert link.startswith(f"{visitor.address}/model?project=")
    visitor.open(link.removeprefix(visitor.address))
    expect(page.get_by_role("heading", name="Model 1_7")).to_be_visible()


def test_on_paper_there_are_no_menus_and_no_buttons(visitor: Visitor, run_id: str) -> None:
    page = visitor.page
    visitor.open(f"/model?run={run_id}")
    expect(page.locator(".st-key-shares .main-svg").first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".stSidebar")).to_be_hidden()
    expect(page.get_by_role("button", name="Pick this model")).to_be_hidden()
    expect(page.locator(".st-key-shares .main-svg").first).to_be_visible()


def test_on_a_phone_no_chart_is_wider_than_the_screen(browser: Browser, address: str, run_id: str) -> None:
    phone = Visitor(browser, address, width=390, height=800)
    phone.open(f"/model?run={run_id}")
    for group in ("Overview", "Fit", "Media", "Response"):
        phone.page.locator(".st-key-model_group").get_by_text(group, exact=True).click()
        phone.settle()
        expect(phone.page.locator(".js-plotly-plot").first).to_be_visible()
        assert phone.page.evaluate(TOO_WIDE) == 0
    phone.leave()
