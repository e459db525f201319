"""New weeks in a real browser: the demo without its last quarter, refreshed with the whole of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mmm_core.entities.records import RefreshDecision, RunRecord
from mmm_core.entities.refresh import ModelRefreshConfig
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.store.workspace import Workspace
from tests.app.refresh_runs import cut
from tests.browser.steps import press, until_over
from tests.browser.studio import Visitor
from tests.runs.demo import DEMO_CSV, demo_text, demo_upload

pytestmark = pytest.mark.browser

N_NEW = 13
TRIALS = TrialsConfig(trials=1, iterations=500, cores=2)


@pytest.fixture(scope="module")
def home(workspace: Path) -> Iterator[Workspace]:
    opened = Workspace(workspace)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def old(home: Workspace, address: str) -> RunRecord:
    """A finished run on the demo without its last weeks, made by the worker of the studio."""
    assert address
    project = home.create_project("Refreshed")
    home.save_upload(project.project_id, cut(N_NEW))
    home.save_project_file(project.project_id, demo_text(TRIALS))
    return until_over(home, home.enqueue_run(project.project_id, demo_text(TRIALS), TRIALS.n_candidates))


def test_a_refresh_is_seen_through_from_the_new_file_to_two_saved_results(
    visitor: Visitor, home: Workspace, old: RunRecord
) -> None:
    page = visitor.page
    visitor.open(f"/refresh?project={old.project_id}&run={old.run_id}")
    page.locator("input[type=file]").first.set_input_files(DEMO_CSV)
    expect(page.get_by_text("13 new weeks, 30 Sep to 23 Dec 2024")).to_be_visible(timeout=20_000)
    press(visitor, "Refresh with 13 weeks")
    expect(page.get_by_role("button", name="Accept the new one")).to_be_visible(timeout=180_000)
    visitor.settle()
    page.get_by_text("Why it moved", exact=True).click()
    expect(page.locator(".st-key-why .main-svg").first).to_be_visible()
    expect(page.get_by_text(re.compile("^New weeks: the window moved on and holds 13 weeks"))).to_be_visible()
    press(visitor, "Accept the new one")
    expect(page.get_by_text("This answer counts")).to_be_visible()
    new = next(run for run in home.list_runs(old.project_id) if run.refresh_decision is not None)
    assert (new.refreshed_from, new.refresh_decision) == (old.run_id, RefreshDecision.ACCEPTED)
    assert home.get_project(old.project_id).n_rows == 208
    page.get_by_role("link", name="Saved results").first.click()
    for run in (old, new):
        expect(page.locator(f".st-key-saved_{run.run_id}")).to_be_visible()
    expect(page.locator(f".st-key-saved_{new.run_id}").get_by_text("refresh of Run 1")).to_be_visible()


def test_on_a_phone_nothing_is_wider_than_the_screen(
    browser: Browser, address: str, home: Workspace, old: RunRecord
) -> None:
    config = ModelRefreshConfig(refresh_steps=N_NEW, refresh_iters=60, refresh_trials=1)
    new = until_over(home, home.enqueue_refresh(old.run_id, demo_upload(), old.project_file, config, 60))
    phone = Visitor(browser, address, width=390, height=844)
    phone.open(f"/refresh?project={old.project_id}&run={new.run_id}")
    for view in ("Old and new", "Why it moved", "Response curves"):
        phone.page.get_by_text(view, exact=True).first.click()
        phone.settle()
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.leave()
