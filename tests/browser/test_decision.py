"""From the front to a decision, in a real browser: cluster, pick, model, budget with a lock, what cannot be, a kept plan."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator, expect

from mmm_core.engine.ingest import read_table
from mmm_core.engine.project_file import write_project
from mmm_core.entities.columns import Outcome, PaidMedia
from mmm_core.entities.records import RunRecord
from mmm_core.entities.settings import Baseline, ModelSettings
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.store.workspace import Workspace
from tests.browser.studio import Visitor
from tests.runs.demo import demo_text, demo_upload
from tests.runs.studio_process import wait_until

pytestmark = pytest.mark.browser

TRIALS = TrialsConfig(trials=2, iterations=500, cores=2)


@pytest.fixture(scope="module")
def home(workspace: Path) -> Workspace:
    return Workspace(workspace)


@pytest.fixture(scope="module")
def run(home: Workspace, address: str) -> RunRecord:
    assert address
    project = home.create_project("Decided")
    home.save_upload(project.project_id, demo_upload())
    text = demo_text(TRIALS)
    home.save_project_file(project.project_id, text)
    return until_over(home, home.enqueue_run(project.project_id, text, TRIALS.n_candidates))


def until_over(home: Workspace, run: RunRecord) -> RunRecord:
    wait_until(lambda: home.get_run(run.run_id).status.is_over, 120, "the end of the run")
    return home.get_run(run.run_id)


def button(visitor: Visitor, name: str | re.Pattern[str]) -> Locator:
    return visitor.page.get_by_role("button", name=name).first


def test_the_way_from_the_clusters_to_a_kept_budget(visitor: Visitor, run: RunRecord) -> None:
    page = visitor.page
    visitor.open(f"/pareto?project={run.project_id}&run={run.run_id}")
    page.get_by_role("link", name="Clusters").first.click()
    button(visitor, re.compile(r"^Look at pick")).click()
    visitor.settle()
    button(visitor, re.compile(r"^See the pick of cluster")).click()
    expect(page.get_by_role("heading", name=re.compile(r"^Model \d+_\d+$"))).to_be_visible()
    expect(page.get_by_text("Pick of its cluster").first).to_be_visible()
    button(visitor, "Plan the budget").click()
    expect(page).to_have_url(re.compile("/budget.*model="))
    lock(visitor, "tv_spend")
    expect(page.get_by_text(re.compile("are locked in TV")).first).to_be_visible(timeout=20_000)
    ask_for_too_much(visitor)
    keep_and_reopen(visitor)


def lock(visitor: Visitor, channel: str) -> None:
    visitor.page.locator(f"[class*='lock_{channel}'] label").first.click()
    visitor.settle()


def ask_for_too_much(visitor: Visitor) -> None:
    """A budget no channel can take gets its reasons, and what was typed stays."""
    page, budget = visitor.page, visitor.page.get_by_label(re.compile(r"^Budget \("))
    budget.fill("900M")
    budget.press("Enter")
    expect(page.get_by_text("No plan answers this question yet").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text(re.compile("upper limits")).first).to_be_visible()
    expect(budget).to_have_value("900M")
    budget.fill("")
    budget.press("Enter")
    expect(page.get_by_text("No plan answers this question yet")).to_have_count(0, timeout=20_000)


def keep_and_reopen(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_label("Name of this plan").fill("Locked TV")
    page.get_by_label("Name of this plan").press("Enter")
    visitor.settle()
    button(visitor, "Keep this plan").click()
    expect(page.get_by_text("Locked TV").last).to_be_visible(timeout=20_000)
    visitor.settle()
    button(visitor, "Start afresh").click()
    expect(page.get_by_text(re.compile("are locked in TV"))).to_have_count(0, timeout=20_000)
    button(visitor, "Reopen").click()
    expect(page.get_by_text(re.compile("are locked in TV")).first).to_be_visible(timeout=20_000)


def test_the_recommended_answer_is_first_and_its_trust_card_fills_in(visitor: Visitor, run: RunRecord) -> None:
    page = visitor.page
    visitor.open(f"/run?project={run.project_id}&run={run.run_id}")
    button(visitor, "See the recommendation").click()
    expect(page.get_by_role("heading", name="Recommended answer")).to_be_visible()
    page.get_by_role("link", name="Trust card").first.click()
    for name in ("TV", "Search", "Social", "OOH", "Print"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible(timeout=180_000)
    verdicts = page.get_by_text(re.compile("act on it|test it first|cannot be told", re.IGNORECASE))
    expect(verdicts.first).to_be_visible(timeout=180_000)


def hopeless(n_weeks: int = 104) -> pd.DataFrame:
    """Sales that media have nothing to do with, and two channels that always move together."""
    random = np.random.default_rng(11)
    spend = random.gamma(4.0, 1000.0, n_weeks)
    return pd.DataFrame(
        {
            "date": pd.date_range("2022-01-03", periods=n_weeks, freq="7D"),
            "revenue": 1e6 + 2e5 * random.standard_normal(n_weeks),
            "tv_spend": spend,
            "radio_spend": spend * random.uniform(0.9, 1.1, n_weeks),
        }
    )


def test_a_budget_on_data_that_say_nothing_says_do_not_move(visitor: Visitor, home: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "nothing.csv"
    hopeless().to_csv(path, index=False)
    settings = ModelSettings(
        date="date",
        outcome=Outcome(column="revenue"),
        paid_media=(PaidMedia(spend="tv_spend"), PaidMedia(spend="radio_spend")),
        baseline=Baseline(trend=False, season=False),
    )
    project = home.create_project("Says nothing")
    home.save_upload(project.project_id, read_table(path))
    text = write_project(settings, TrialsConfig(trials=1, iterations=200, cores=1), 3, "Says nothing")
    home.save_project_file(project.project_id, text)
    run = until_over(home, home.enqueue_run(project.project_id, text, 200))
    visitor.open(f"/budget?project={project.project_id}&run={run.run_id}")
    expect(visitor.page.get_by_text(re.compile("^Do not move")).first).to_be_visible(timeout=30_000)
