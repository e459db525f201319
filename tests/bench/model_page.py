"""How soon the page of one model answers a click, in the system's Chromium, with a run of 10,000 models behind it."""

import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator

from mmm_core.entities.records import RunStatus
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.runs.execute import execute_project
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.bench.tables import Cell, Results
from tests.browser.studio import Visitor, chromium, find_chromium, running_studio
from tests.runs.demo import demo_project, demo_text, demo_upload
from tests.runs.studio_process import wait_until

GROUPS = {"Fit": "residuals", "Media": "carry_over", "Response": "grid", "Overview": "weekly"}
"""Group of panels, and the last chart in it."""

REPEATS = 5

ARM = """() => {
  const seen = new WeakSet([...document.querySelectorAll('.js-plotly-plot')].map(plot => plot.data));
  addEventListener('pointerdown', () => {
    const pressed = performance.now();
    window.answer = new Promise(resolve => {
      const look = () => {
        const plot = document.querySelector(`.st-key-${window.awaited} .js-plotly-plot`);
        const isNew = plot && plot._fullLayout && plot.data && !seen.has(plot.data) && plot.querySelector('.main-svg');
        const rests = document.querySelector("[data-testid='stApp']").dataset.testScriptState === 'notRunning';
        if (isNew && rests) requestAnimationFrame(() => resolve((performance.now() - pressed) / 1000));
        else setTimeout(look, 5);
      };
      look();
    });
  }, {capture: true, once: true});
}"""
"""From the next press on, measure until the awaited chart shows other data than before, and the script rests."""


def measure_model_page(results: Results, *, quick: bool) -> None:
    """From a click on a group of panels, on another model or another kind of uncertainty until the last chart is drawn."""
    if find_chromium() is None:
        results.note(
            "There is no Chromium, so the model page was not measured. Install it (Debian: apt install chromium)."
        )
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_id = save_run(
            folder, TrialsConfig(cores=2) if not quick else TrialsConfig(trials=2, iterations=200, cores=2)
        )
        with running_studio(folder) as address, chromium() as browser:
            visitor = Visitor(browser, address)
            wait_until_quiet(visitor, folder, run_id)
            measured = _clicks(visitor, run_id, 2 if quick else REPEATS)
            visitor.leave()
    rows: list[Sequence[Cell]] = [[what, statistics.median(times), max(times)] for what, times in measured.items()]
    results.figures["model_page.seconds"] = max(statistics.median(times) for times in measured.values())
    results.add_table(
        "The page of one model after a click, seconds until its last chart is drawn",
        ("click", "median", "slowest"),
        rows,
    )


def wait_until_quiet(visitor: Visitor, folder: Path, run_id: str) -> None:
    """The worker is warm and has filled in the trust card: nothing else runs beside what is measured."""
    visitor.open(f"/model?run={run_id}")
    visitor.page.get_by_text("Worker ready").wait_for(timeout=240_000)
    workspace = Workspace(folder)
    wait_until(lambda: workspace.is_trust_over(run_id), 240, "the trust card")
    workspace.close()


def save_run(folder: Path, trials: TrialsConfig) -> str:
    """Put a finished run of the demo into a workspace; answers its id."""
    workspace, worker = Workspace(folder), "bench"
    project_id = workspace.create_project("Demo brand").project_id
    workspace.save_upload(project_id, demo_upload())
    workspace.save_project_file(project_id, demo_text(trials))
    run_id = workspace.enqueue_run(project_id, demo_text(trials), trials.n_candidates).run_id
    workspace.register_worker(worker, os.getpid())
    workspace.claim_run(worker)
    result = execute_project(demo_project(trials))[0]
    workspace.save_result(run_id, result, worker_id=worker)
    done = RunOutcome(status=RunStatus.FINISHED, headline="", n_done=result.collection.model_output.n_candidates)
    workspace.finish_run(run_id, worker, done)
    workspace.remove_worker(worker)
    return run_id


def _clicks(visitor: Visitor, run_id: str, repeats: int) -> dict[str, list[float]]:
    page = visitor.page
    visitor.open(f"/model?run={run_id}")
    page.wait_for_selector(".st-key-weekly .main-svg", timeout=120_000)
    page.get_by_text("Worker ready").wait_for(timeout=120_000)
    page.wait_for_timeout(3000)  # the page's own kernels are warm once the worker is
    times: dict[str, list[float]] = {}
    for repeat in range(repeats):
        for group, last in GROUPS.items():
            option = page.locator(".st-key-model_group").get_by_text(group, exact=True)
            times.setdefault(f"panels: {group}", []).append(_seconds_of(visitor, option, last))
        times.setdefault("another model", []).append(_another_model(visitor, repeat))
        for basis in ("Sampling", "Spread across its cluster", "Spread across models on the fronts"):
            option = page.locator(".st-key-model_basis").get_by_text(basis)
            times.setdefault(f"uncertainty: {basis}", []).append(_seconds_of(visitor, option, "contributions"))
    return times


def _another_model(visitor: Visitor, repeat: int) -> float:
    """Choose a model nobody has looked at: it is fitted again, and with it every number of the page."""
    page = visitor.page
    page.locator(".st-key-model_choice input").click()
    return _seconds_of(visitor, page.get_by_role("option").nth(5 + repeat), "weekly")


def _seconds_of(visitor: Visitor, target: Locator, awaited: str) -> float:
    """Press something and wait for a chart to change, seconds from the press."""
    visitor.page.evaluate(f"window.awaited = {awaited!r}")
    visitor.page.evaluate(ARM)
    target.click(no_wait_after=True)
    seconds = float(visitor.page.evaluate("window.answer"))
    visitor.settle()
    return seconds
