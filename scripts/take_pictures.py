"""Takes the README's pictures with the demo: make pictures."""

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import expect  # noqa: E402

from tests.browser.studio import Visitor, chromium, find_chromium, running_studio  # noqa: E402

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


def main() -> None:
    """Start MMM Studio with an empty workspace and take every picture."""
    if find_chromium() is None:
        sys.exit("No Chromium on this machine. Install it (Debian: apt install chromium).")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_studio(Path(folder)) as address, chromium() as browser:
        take(Visitor(browser, address))


if __name__ == "__main__":
    main()
