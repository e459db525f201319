"""How soon a person sees something: the first page, the first candidates of a run, any page while a search runs."""

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, expect

from mmm_core.engine.demo_project import DEMO_NAME
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.store.workspace import Workspace
from tests.bench.tables import Cell, Results
from tests.browser.steps import (
    HEADLINE,
    START,
    forget_runs,
    made_project,
    open_demo,
    run_models,
    seconds_until,
    until_over,
    wait_for_a_warm_worker,
)
from tests.browser.studio import Visitor, chromium, find_chromium, running_studio
from tests.runs.demo import SMALL, demo_text
from tests.runs.studio_process import wait_until

REPEATS = 3


def measure_first_answers(results: Results) -> None:
    """Measure in the system's Chromium; the figures are medians of a few times, the first page's is its first time."""
    if find_chromium() is None:
        results.note(
            "There is no Chromium, so first answers were not measured. Install it (Debian: apt install chromium)."
        )
        return
    with tempfile.TemporaryDirectory() as name, running_studio(Path(name)) as address, chromium() as browser:
        first_page = _first_page(browser, address)
        home, visitor = Workspace(Path(name)), Visitor(browser, address)
        candidates = []
        for _ in range(REPEATS):
            forget_runs(home, DEMO_NAME)
            open_demo(visitor)
            candidates.append(run_models(visitor, home))
        pages = _pages_during_a_search(visitor, home)
        visitor.leave()
        home.close()
    rows: list[Sequence[Cell]] = [
        ["first page after the start", first_page, first_page],
        ["first candidates after Run, demo", statistics.median(candidates), max(candidates)],
        ["a page while a search runs", statistics.median(pages), max(pages)],
    ]
    for name, row in zip(("first_page", "first_candidates", "page_during_search"), rows, strict=True):
        results.figures[f"{name}.seconds"] = float(row[1])
    results.add_table("First answers in the browser, seconds", ("what", "median", "slowest"), rows)


def _first_page(browser: Browser, address: str) -> float:
    newcomer = Visitor(browser, address)
    began = time.monotonic()
    newcomer.page.goto(address)
    expect(newcomer.page.get_by_text(HEADLINE)).to_be_visible(timeout=30_000)
    seconds = time.monotonic() - began
    newcomer.leave()
    return seconds


def _pages_during_a_search(visitor: Visitor, home: Workspace) -> list[float]:
    project = made_project(home, "Searched", SMALL)
    over = until_over(home, home.enqueue_run(project.project_id, demo_text(), SMALL.n_candidates))
    home.save_project_file(
        project.project_id, demo_text(TrialsConfig(trials=2, iterations=1_000_000, algorithm="TwoPointsDE", cores=2))
    )
    page, times = visitor.page, []
    visitor.open(f"/run?project={project.project_id}&run={over.run_id}")
    wait_for_a_warm_worker(visitor)
    page.get_by_role("button", name=START).first.click()
    newest = lambda: home.list_runs(project.project_id)[0]  # noqa: E731
    wait_until(lambda: newest().run_id != over.run_id and newest().n_done > 0, 30, "the first candidate")
    running_now = newest()
    for _ in range(REPEATS):
        heading, survivors = (
            page.get_by_role("heading", name="Saved results"),
            page.get_by_text("of 120 models survive"),
        )
        times.append(seconds_until(heading, page.get_by_role("link", name="Saved results").first.click))
        visitor.open(f"/pareto?project={project.project_id}&run={over.run_id}")
        page.get_by_role("button", name="Filter models").click()
        page.get_by_text("Only models on the fronts").click()
        times.append(seconds_until(survivors, page.get_by_role("button", name="Apply").click))
    assert not home.get_run(running_now.run_id).status.is_over, "the search ended before the pages were measured"
    home.request_stop(running_now.run_id)
    until_over(home, running_now)
    return times
