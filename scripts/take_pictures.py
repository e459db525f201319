"""Takes the README's pictures with the demo: make pictures."""

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import expect  # noqa: E402

from mmm_core.engine.project_file import parse_project  # noqa: E402
from mmm_core.entities.findings import IngestResult  # noqa: E402
from mmm_core.entities.records import RunRecord  # noqa: E402
from mmm_core.store.workspace import Workspace  # noqa: E402
from tests.app.refresh_runs import cut  # noqa: E402
from tests.browser.steps import until_over  # noqa: E402
from tests.browser.studio import Visitor, chromium, find_chromium, running_studio  # noqa: E402
from tests.runs.demo import DEMO_CSV, demo_text, demo_upload  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
PAUSE = 1500  # charts finish drawing after the script has run


def snap(visitor: Visitor, name: str) -> None:
    """Photograph the window as it is."""
    visitor.settle()
    visitor.page.wait_for_timeout(PAUSE)
    visitor.page.screenshot(path=PICTURES / f"{name}.png")
    print(f"docs/pictures/{name}.png")


def take(visitor: Visitor) -> None:
    """Walk from the demo to a saved result."""
    page = visitor.page
    visitor.open("/")
    page.get_by_role("button", name="Try the demo").first.click()
    visitor.settle()
    snap(visitor, "configure")
    page.get_by_role("button", name=re.compile(r"^Run [\d,]+ models")).first.click()
    expect(page.get_by_text("Worker ready")).to_be_visible(timeout=120_000)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("button", name="Explore the models")).to_be_visible(timeout=120_000)
    snap(visitor, "run")
    query = page.url.split("?", 1)[1]
    for path in ("model", "budget", "pareto", "clusters", "upload", "saved"):
        visitor.open(f"/{path}?{query}")
        snap(visitor, path)
    visitor.open(f"/trust?{query}")
    expect(page.get_by_text("waiting", exact=True)).to_have_count(0, timeout=180_000)
    snap(visitor, "trust")
    visitor.open("/")
    snap(visitor, "home")


def take_later(visitor: Visitor, workspace: Workspace) -> None:
    """What comes after the first result: lift studies, a backtest, a refresh with the last quarter, a model of Robyn."""
    page, first = visitor.page, workspace.list_runs()[0]
    visitor.open(f"/backtest?run={first.run_id}")
    page.get_by_role("button", name="Start", exact=True).first.click()
    expect(page.get_by_role("button", name="Plan the budget")).to_be_visible(timeout=180_000)
    snap(visitor, "backtest")
    tested = finished(workspace, "Demo brand, tested", demo_upload(), with_studies(demo_text()))
    visitor.open(f"/studies?project={tested.project_id}&run={tested.run_id}")
    expect(page.get_by_text(re.compile("calibrations made in"))).to_be_visible(timeout=180_000)
    page.get_by_text("What they change", exact=True).first.evaluate("heading => heading.scrollIntoView()")
    snap(visitor, "studies")
    old = finished(workspace, "Demo brand, last quarter", cut(13), demo_text())
    visitor.open(f"/refresh?project={old.project_id}&run={old.run_id}")
    page.locator("input[type=file]").first.set_input_files(DEMO_CSV)
    page.get_by_role("button", name="Refresh with 13 weeks").click(timeout=60_000)
    expect(page.get_by_role("button", name="Accept the new one")).to_be_visible(timeout=180_000)
    visitor.settle()
    page.get_by_text("Why it moved", exact=True).click()
    snap(visitor, "refresh")


def finished(workspace: Workspace, name: str, upload: IngestResult, text: str) -> RunRecord:
    """A project with a finished run, made by the worker of the studio."""
    project = workspace.create_project(name)
    workspace.save_upload(project.project_id, upload)
    workspace.save_project_file(project.project_id, text)
    n_planned = parse_project(text).trials.n_candidates
    return until_over(workspace, workspace.enqueue_run(project.project_id, text, n_planned))


def with_studies(text: str) -> str:
    """The demo's project file with two lift studies."""
    studies = (
        "calibration:\n"
        "  - {channels: [tv_spend], start: 2023-09-04, end: 2023-10-29, lift: 2170000, standard_error: 220000}\n"
        "  - {channels: [search_spend], start: 2023-05-01, end: 2023-06-25, lift: 1010000, standard_error: 100000}\n"
    )
    return text + studies


def main() -> None:
    """Start MMM Studio with an empty workspace and take every picture."""
    if find_chromium() is None:
        sys.exit("No Chromium on this machine. Install it (Debian: apt install chromium).")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_studio(Path(folder)) as address, chromium() as browser:
        take(visitor := Visitor(browser, address))
        workspace = Workspace(Path(folder))
        take_later(visitor, workspace)
        workspace.close()


if __name__ == "__main__":
    main()
