"""A page that is left for another by the server while it polls: the other page must be there, whole, and poll in turn."""

import re
import sys
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.studio import Visitor, free_port, running, wait_until_healthy

APP = Path(__file__).with_name("polling_app.py")
TIMES = 6
FAR_AWAY = """() => {
  const late = (listener) => (event) => setTimeout(() => listener(event), 150);
  const listen = WebSocket.prototype.addEventListener;
  WebSocket.prototype.addEventListener = function (kind, listener, ...rest) {
    return listen.call(this, kind, kind === "message" ? late(listener) : listener, ...rest);
  };
  const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {...own, set(listener) { own.set.call(this, late(listener)); }});
}"""
"""What the server sends arrives 150 ms late."""


def test_a_late_poll_does_not_empty_the_next_page(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port), "--server.headless=true"]
    with running(command, tmp_path) as process:
        address = f"http://127.0.0.1:{port}"
        wait_until_healthy(address, process)
        visitor = Visitor(browser, address)
        visitor.page.add_init_script(f"({FAR_AWAY})()")
        visitor.open()
        expect_polls(visitor)
        for other in ["right", "left"] * (TIMES // 2):
            visitor.page.get_by_role("button", name=f"To {other}").click()
            expect(visitor.page.get_by_role("heading", name=other)).to_be_visible()
            expect(visitor.page.get_by_text(f"The end of {other}")).to_be_visible()
        expect_polls(visitor)
        visitor.leave()


def expect_polls(visitor: Visitor) -> None:
    """The polls of the page that is shown go on."""
    polled = visitor.page.get_by_text(re.compile(r"^polled \d+ times$"))
    for _ in range(3):
        expect(polled).not_to_have_text(polled.inner_text())
