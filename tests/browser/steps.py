"""What a person does at the browser, for the tests and the benchmark: press Run, wait for an answer."""

import re
import shutil
import time
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.store.workspace import Workspace
from tests.browser.studio import Visitor
from tests.runs.demo import demo_text, demo_upload
from tests.runs.studio_process import wait_until

START = re.compile("^(Start|Run again|Run with the new settings)$")
HEADLINE = "What did each channel really bring?"

WATCH_FOR_OWN_CANDIDATES = """() => {
  const known = new URLSearchParams(location.search).get('run');
  addEventListener('pointerdown', () => {
    const pressed = performance.now();
    const look = () => {
      const run = new URLSearchParams(location.search).get('run');
      const plot = document.querySelector('.st-key-cloud_live .js-plotly-plot, .st-key-cloud_final .js-plotly-plot');
      const points = ((plot && plot._fullData) || []).reduce((sum, trace) => sum + (trace._length || 0), 0);
      if (run && run !== known && points > 10) window.firstCandidates = {run, seconds: (performance.now() - pressed) / 1000};
      else setTimeout(look, 10);
    };
    look();
  }, {capture: true, once: true});
}"""
"""Seconds from the press of a button until a run that is not the one shown before has candidates on screen, in the page."""


def press(visitor: Visitor, name: str | re.Pattern[str]) -> None:
    visitor.page.get_by_role("button", name=name).first.click()
    visitor.settle()


def wait_for_a_warm_worker(visitor: Visitor) -> None:
    expect(visitor.page.get_by_text("Worker ready")).to_be_visible(timeout=240_000)
    visitor.settle()


def open_demo(visitor: Visitor) -> None:
    visitor.open("/")
    press(visitor, "Try the demo")
    expect(visitor.page).to_have_url(re.compile("/configure"))
    visitor.settle()


def run_models(visitor: Visitor, home: Workspace) -> float:
    """Press Run; seconds until the new run's own first candidates are on screen, and its result."""
    press(visitor, re.compile(r"^Run [\d,]+ models"))
    wait_for_a_warm_worker(visitor)
    visitor.page.evaluate(WATCH_FOR_OWN_CANDIDATES)
    visitor.page.get_by_role("button", name=START).first.click()
    visitor.page.wait_for_function("() => window.firstCandidates", timeout=30_000)
    first = visitor.page.evaluate("() => window.firstCandidates")
    expect(visitor.page.get_by_role("button", name="Explore the models")).to_be_visible(timeout=180_000)
    assert not home.get_run(first["run"]).from_cache
    return float(first["seconds"])


def forget_runs(home: Workspace, name: str) -> None:
    """As if the project had never been run."""
    for run in home.list_runs():
        if home.get_project(run.project_id).name == name:
            home.delete_run(run.run_id)
    for folder in (home.cache_folder, home.folder / "cache"):  # the second is where a studio started here keeps it
        shutil.rmtree(folder, ignore_errors=True)


def seconds_until(answer: Locator, act: Callable[[], None]) -> float:
    began = time.monotonic()
    act()
    expect(answer.first).to_be_visible(timeout=30_000)
    return time.monotonic() - began


def made_project(home: Workspace, name: str, trials: TrialsConfig) -> ProjectRecord:
    project = home.create_project(name)
    home.save_upload(project.project_id, demo_upload())
    home.save_project_file(project.project_id, demo_text(trials))
    return project


def until_over(home: Workspace, run: RunRecord) -> RunRecord:
    wait_until(lambda: home.get_run(run.run_id).status.is_over, 90, "the end of the run")
    return home.get_run(run.run_id)
