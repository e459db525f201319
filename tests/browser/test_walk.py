"""The product as a newcomer meets it, in a real browser: demo to model, and a spreadsheet of one's own."""

import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.studio import Visitor

pytestmark = pytest.mark.browser

POINTS_DRAWN = """() => [...document.querySelectorAll('.js-plotly-plot')]
  .some(plot => (plot.data || []).some(trace => (trace.mode || '').includes('markers')
    && (trace.x?.length || trace.x?._inputArray?.length || trace.x?.bdata?.length || 0) > 10))"""

PLACE_OF_A_FRONT_POINT = """() => {
  const plot = document.querySelector('.js-plotly-plot');
  const box = plot.getBoundingClientRect();
  const {xaxis, yaxis} = plot._fullLayout;
  const front = plot._fullData.find(trace => trace.name === 'best front');
  const inside = [...front.x.keys()].filter(i => {
    const x = xaxis.d2p(front.x[i]), y = yaxis.d2p(front.y[i]);
    return x > 15 && x < xaxis._length - 15 && y > 15 && y < yaxis._length - 15;
  });
  const i = inside[0];
  return {x: box.left + xaxis._offset + xaxis.d2p(front.x[i]), y: box.top + yaxis._offset + yaxis.d2p(front.y[i])};
}"""

PAGES = ["", "upload", "configure", "run", "pareto", "saved"]


def exceptions_on(page: Page) -> int:
    return page.locator("[data-testid='stException']").count()


def press(visitor: Visitor, name: str | re.Pattern[str]) -> None:
    visitor.page.get_by_role("button", name=name).first.click()
    visitor.settle()


def wait_for_a_warm_worker(visitor: Visitor) -> None:
    expect(visitor.page.get_by_text("Worker ready")).to_be_visible(timeout=90_000)


def open_demo(visitor: Visitor) -> None:
    visitor.open("/")
    press(visitor, "Try the demo")
    expect(visitor.page).to_have_url(re.compile("/configure"))


def run_models(visitor: Visitor) -> float:
    """Press Run; seconds until the first candidates are on screen."""
    press(visitor, re.compile(r"^Run [\d,]+ models"))
    wait_for_a_warm_worker(visitor)
    pressed = time.monotonic()
    visitor.page.get_by_role("button", name="Start", exact=True).or_(
        visitor.page.get_by_role("button", name="Run again")
    ).first.click()
    visitor.page.wait_for_function(POINTS_DRAWN, timeout=30_000, polling=20)
    seconds = time.monotonic() - pressed
    expect(visitor.page.get_by_role("button", name="Explore the models")).to_be_visible(timeout=60_000)
    return seconds


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


def test_a_newcomer_walks_from_the_demo_to_a_clicked_model(visitor: Visitor) -> None:
    open_demo(visitor)
    first_candidates = run_models(visitor)
    assert first_candidates < 2.0
    press(visitor, "Explore the models")
    expect(visitor.page).to_have_url(re.compile("/pareto"))
    before = visitor.page.get_by_text(re.compile(r"^model \d+_\d+")).first.inner_text()
    visitor.page.wait_for_function(POINTS_DRAWN)
    place = visitor.page.evaluate(PLACE_OF_A_FRONT_POINT)
    visitor.page.mouse.move(place["x"] - 2, place["y"] - 2)
    visitor.page.mouse.move(place["x"], place["y"], steps=4)
    visitor.page.wait_for_selector(".hovertext")
    visitor.page.mouse.down()
    visitor.page.mouse.up()
    clicked = visitor.page.get_by_text(re.compile(r"^model \d+_\d+")).first
    expect(clicked).not_to_have_text(before, timeout=10_000)
    visitor.settle()
    expect(visitor.page.get_by_text("Front 1", exact=True).first).to_be_visible()
    assert exceptions_on(visitor.page) == 0
    assert visitor.strays == []
    assert visitor.console_errors == []


def test_a_marketer_uploads_a_file_of_their_own_and_sees_its_front(visitor: Visitor, tmp_path: Path) -> None:
    visitor.open("/")
    press(visitor, "New project")
    visitor.page.get_by_label("Name").fill("Kaffee")
    press(visitor, "Create and upload data")
    expect(visitor.page).to_have_url(re.compile("/upload"))
    visitor.page.locator("input[type=file]").first.set_input_files(weekly_sales(tmp_path / "sales.csv"))
    expect(visitor.page.get_by_text(re.compile("120 weekly rows.*2 paid channels"))).to_be_visible(timeout=20_000)
    visitor.settle()
    press(visitor, re.compile("Configure"))
    run_models(visitor)
    press(visitor, "Explore the models")
    visitor.page.wait_for_function(POINTS_DRAWN)
    assert exceptions_on(visitor.page) == 0
    assert visitor.strays == []


def test_a_file_that_is_wrong_gets_a_sentence_and_loses_nothing(visitor: Visitor, tmp_path: Path) -> None:
    open_demo(visitor)
    visitor.open(visitor.page.url.removeprefix(visitor.address).replace("/configure", "/upload"))
    (tmp_path / "empty.csv").write_bytes(b"")
    visitor.page.locator("input[type=file]").first.set_input_files(tmp_path / "empty.csv")
    expect(visitor.page.get_by_text("The file is empty")).to_be_visible(timeout=20_000)
    expect(visitor.page.get_by_text(re.compile("208 weekly rows"))).to_be_visible()
    assert exceptions_on(visitor.page) == 0


def test_a_run_goes_on_when_the_browser_is_closed_and_is_found_again(visitor: Visitor) -> None:
    open_demo(visitor)
    press(visitor, re.compile(r"^Run [\d,]+ models"))
    wait_for_a_warm_worker(visitor)
    visitor.page.get_by_role("button", name=re.compile("^(Start|Run again)$")).first.click()
    visitor.page.wait_for_url(re.compile("run="), timeout=10_000)
    address = visitor.page.url
    visitor.page.close()
    visitor.page = visitor.context.new_page()
    visitor.page.goto(address)
    expect(visitor.page.get_by_role("button", name="Explore the models")).to_be_visible(timeout=60_000)


def test_the_first_page_is_painted_within_five_seconds(visitor: Visitor) -> None:
    visitor.open("/")  # the server has been asked at least once; a visitor's own first load
    started = time.monotonic()
    visitor.page.goto(visitor.address)
    expect(visitor.page.get_by_text("What did each channel really bring?")).to_be_visible(timeout=20_000)
    assert time.monotonic() - started < 5.0


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_by_its_address_without_an_exception_or_a_stray_request(visitor: Visitor, path: str) -> None:
    open_demo(visitor)
    query = visitor.page.url.split("?", 1)[1]
    visitor.open(f"/{path}?{query}")
    assert exceptions_on(visitor.page) == 0
    assert "Page not found" not in visitor.page.content()
    assert visitor.strays == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_a_phone(visitor: Visitor, path: str) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.open(f"/{path}")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert exceptions_on(visitor.page) == 0
