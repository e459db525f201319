"""The product as a newcomer meets it, in a real browser: demo to model, and a spreadsheet of one's own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from mmm_core.engine.demo_project import DEMO_NAME
from mmm_core.entities.records import RunRecord
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.runs.worker import worker_state
from mmm_core.store.workspace import Workspace
from tests.browser.steps import (
    START,
    forget_runs,
    made_project,
    open_demo,
    press,
    run_models,
    seconds_until,
    until_over,
    wait_for_a_warm_worker,
)
from tests.browser.studio import Visitor, free_port, running, wait_until_healthy, watched_connections
from tests.runs.demo import SMALL, demo_text
from tests.runs.studio_process import end_all, wait_until

pytestmark = pytest.mark.browser

POINTS_DRAWN = """() => [...document.querySelectorAll('.js-plotly-plot')]
  .some(plot => (plot.data || []).some(trace => (trace.mode || '').includes('markers')
    && (trace.x?.length || trace.x?._inputArray?.length || trace.x?.bdata?.length || 0) > 10))"""

PLACE_OF_A_LONELY_FRONT_POINT = """() => {
  const plot = document.querySelector('.js-plotly-plot');
  const box = plot.getBoundingClientRect();
  const {xaxis, yaxis} = plot._fullLayout;
  const front = plot._fullData.find(trace => trace.name === 'best front');
  const inside = [...front.x.keys()].filter(i => {
    const x = xaxis.d2p(front.x[i]), y = yaxis.d2p(front.y[i]);
    return x > 15 && x < xaxis._length - 15 && y > 15 && y < yaxis._length - 15;
  });
  const others = plot._fullData.filter(trace => trace !== front && (trace.mode || '').includes('markers'));
  const room = i => Math.min(...others.flatMap(trace => [...trace.x.keys()].map(j => Math.hypot(
    xaxis.d2p(trace.x[j]) - xaxis.d2p(front.x[i]), yaxis.d2p(trace.y[j]) - yaxis.d2p(front.y[i])))));
  const i = inside.map(i => [room(i), i]).sort((a, b) => b[0] - a[0])[0][1];
  return {x: box.left + xaxis._offset + xaxis.d2p(front.x[i]), y: box.top + yaxis._offset + yaxis.d2p(front.y[i])};
}"""

PAGES = [
    "",
    "upload",
    "configure",
    "run",
    "pareto",
    "clusters",
    "model",
    "budget",
    "refresh",
    "trust",
    "saved",
    "methodology",
]


@pytest.fixture(scope="session")
def home(workspace: Path) -> Iterator[Workspace]:
    opened = Workspace(workspace)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def finished(home: Workspace, address: str) -> RunRecord:
    """A run of the demo's data with a result, in a project of its own."""
    project = made_project(home, "Walked through", SMALL)
    return until_over(home, home.enqueue_run(project.project_id, demo_text(), SMALL.n_candidates))


def weekly_sales(path: Path, n_weeks: int = 120) -> Path:
    """A small spreadsheet as a European marketer exports it."""
    random = np.random.default_rng(7)
    tv = random.gamma(2, 4000, n_weeks) * (random.random(n_weeks) < 0.4)
    search = random.gamma(3, 900, n_weeks)
    sales = 80_000 + 2 * tv + 3 * search + random.normal(0, 4000, n_weeks)
    dates = pd.date_range("2022-01-03", periods=n_weeks, freq="7D").strftime("%d.%m.%Y")
    table = pd.DataFrame({"Datum": dates, "Umsatz": sales, "tv_kosten": tv, "search_kosten": search}).round(2)
    table.to_csv(path, sep=";", decimal=",", index=False)
    return path


def test_a_newcomer_walks_from_the_demo_to_a_clicked_model(visitor: Visitor, home: Workspace) -> None:
    forget_runs(home, DEMO_NAME)
    open_demo(visitor)
    run_models(visitor, home)
    press(visitor, "Explore the models")
    expect(visitor.page).to_have_url(re.compile("/pareto"))
    model = visitor.page.get_by_text(re.compile(r"^model \d+_\d+")).first
    before = model.inner_text()
    visitor.page.wait_for_function(POINTS_DRAWN)
    click_a_point(visitor)
    expect(model).not_to_have_text(before, timeout=10_000)
    visitor.settle()
    expect(visitor.page.get_by_text("Front 1", exact=True).first).to_be_visible()


def click_a_point(visitor: Visitor) -> None:
    mouse, place = visitor.page.mouse, visitor.page.evaluate(PLACE_OF_A_LONELY_FRONT_POINT)
    mouse.move(place["x"] - 2, place["y"] - 2)
    mouse.move(place["x"], place["y"], steps=4)
    visitor.page.wait_for_selector(".hovertext", state="attached")
    mouse.down()
    mouse.up()


def test_a_marketer_uploads_a_file_of_their_own_and_sees_its_front(
    visitor: Visitor, home: Workspace, tmp_path: Path
) -> None:
    visitor.open("/")
    press(visitor, "New project")
    visitor.page.get_by_label("Name").fill("Kaffee")
    press(visitor, "Create and upload data")
    expect(visitor.page).to_have_url(re.compile("/upload"))
    visitor.page.locator("input[type=file]").first.set_input_files(weekly_sales(tmp_path / "sales.csv"))
    expect(visitor.page.get_by_text(re.compile("120 weekly rows.*2 paid channels"))).to_be_visible(timeout=20_000)
    visitor.settle()
    press(visitor, re.compile("Configure"))
    run_models(visitor, home)
    press(visitor, "Explore the models")
    visitor.page.wait_for_function(POINTS_DRAWN)


def test_a_file_that_is_wrong_gets_a_sentence_and_loses_nothing(visitor: Visitor, tmp_path: Path) -> None:
    open_demo(visitor)
    visitor.open(visitor.page.url.removeprefix(visitor.address).replace("/configure", "/upload"))
    (tmp_path / "empty.csv").write_bytes(b"")
    visitor.page.locator("input[type=file]").first.set_input_files(tmp_path / "empty.csv")
    expect(visitor.page.get_by_text("The file is empty")).to_be_visible(timeout=20_000)
    expect(visitor.page.get_by_text(re.compile("208 weekly rows"))).to_be_visible()


def test_a_run_goes_on_when_the_browser_is_closed_and_is_found_again(visitor: Visitor, home: Workspace) -> None:
    project = made_project(home, "Closed", TrialsConfig(trials=2, iterations=40_000, cores=2))
    visitor.open(f"/run?project={project.project_id}")
    wait_for_a_warm_worker(visitor)
    visitor.page.get_by_role("button", name=START).first.click()
    visitor.page.wait_for_url(re.compile("run="), timeout=10_000)
    address = visitor.page.url
    visitor.page.close()
    (run,) = home.list_runs(project.project_id)
    assert not run.status.is_over
    visitor.page = visitor.context.new_page()
    visitor.page.goto(address)
    expect(visitor.page.get_by_role("button", name="Explore the models")).to_be_visible(timeout=180_000)


def test_pages_answer_while_a_search_runs(visitor: Visitor, home: Workspace, finished: RunRecord) -> None:
    home.save_project_file(finished.project_id, demo_text(TrialsConfig(trials=2, iterations=1_000_000, cores=2)))
    visitor.open(f"/run?project={finished.project_id}&run={finished.run_id}")
    wait_for_a_warm_worker(visitor)
    visitor.page.get_by_role("button", name=START).first.click()
    newest = lambda: home.list_runs(finished.project_id)[0]  # noqa: E731
    wait_until(lambda: newest().run_id != finished.run_id and newest().n_done > 0, 30, "the first candidate")
    page, running_now = visitor.page, newest()
    try:
        heading, survivors = (
            page.get_by_role("heading", name="Saved results"),
            page.get_by_text("of 120 models survive"),
        )
        seconds_until(heading, page.get_by_role("link", name="Saved results").first.click)
        visitor.open(f"/pareto?project={finished.project_id}&run={finished.run_id}")
        page.get_by_role("button", name="Filter models").click()
        page.get_by_text("Only models on the fronts").click()
        seconds_until(survivors, page.get_by_role("button", name="Apply").click)
        assert not home.get_run(running_now.run_id).status.is_over
    finally:
        home.request_stop(running_now.run_id)
        until_over(home, running_now)


def test_the_dashboard_started_without_a_worker_starts_one(browser: Browser, tmp_path: Path) -> None:
    port, own = free_port(), Workspace(tmp_path)
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    with running([sys.executable, "-m", "streamlit", "run", "app.py", *options], tmp_path) as process:
        wait_until_healthy(address := f"http://127.0.0.1:{port}", process)
        assert worker_state(own) is None
        person = Visitor(browser, address)
        person.open("/")
        wait_until(lambda: (worker := worker_state(own)) and worker.pid, 30, "a worker")
        person.leave()
    own.close()
    end_all(tmp_path)


def test_a_request_to_another_machine_is_noticed(browser: Browser, address: str) -> None:
    person = Visitor(browser, address)
    person.context.route("http://192.0.2.1/**", lambda route: route.abort())
    person.open("/")
    person.page.evaluate("fetch('http://192.0.2.1/pixel').catch(() => 0)")
    with person.page.expect_websocket():
        person.page.evaluate("void new WebSocket('ws://192.0.2.1/socket')")
    assert person.strays == ["http://192.0.2.1/pixel", "ws://192.0.2.1/socket"]
    person.close()


def test_a_connection_to_another_machine_is_noticed() -> None:
    code = "import socket, time; s = socket.socket(type=socket.SOCK_DGRAM); s.connect(('192.0.2.1', 9)); time.sleep(30)"
    with subprocess.Popen([sys.executable, "-c", code]) as process, watched_connections(os.getpid()) as strays:
        wait_until(lambda: strays, 20, "the notice")
        process.kill()
    assert strays == {"192.0.2.1"}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_by_its_address(visitor: Visitor, finished: RunRecord, path: str) -> None:
    visitor.open(f"/{path}?project={finished.project_id}&run={finished.run_id}")
    assert "Page not found" not in visitor.page.content()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_a_phone(browser: Browser, address: str, finished: RunRecord, path: str) -> None:
    person = Visitor(browser, address, width=390, height=844)
    person.open(f"/{path}?project={finished.project_id}&run={finished.run_id}")
    if path in ("run", "pareto"):
        person.page.wait_for_function(POINTS_DRAWN)
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 390
    person.leave()
