"""Takes the pictures of the README: `make pictures`."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.screen.stage import Stage
from voice.knowledge import load_pack
from voice.understanding import Understanding

ROOT = Path(__file__).parents[2]
PACK = ROOT / "prompts" / "knot-in-your-back"
PICTURES = ROOT / "docs" / "pictures"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1280, 720


def browser_here() -> str | None:
    """The system's own Chromium: Playwright would download another. None: there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def take(browser: Browser, stage: Stage, name: str, *, dark: bool) -> None:
    """A picture of the page as it stands, its figure at rest."""
    page = browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page.goto(stage.address)
    page.wait_for_selector("body[data-link=open]")
    page.screenshot(path=PICTURES / name)
    page.close()


def main() -> None:
    """Lead a stretch to its first hold, and read a section."""
    program = browser_here()
    if program is None:
        raise SystemExit("pictures: install chromium-headless-shell")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program) as browser,
        Stage(load_pack(PACK), Understanding(PACK)) as stage,
    ):
        stage.hear("read the heat section")
        stage.live(10.0)
        take(browser, stage, "screen-reading.png", dark=True)
        stage.hear("start stretching")
        stage.live_until(lambda: stage.board.shown.picture.state == "waiting")
        stage.live(9.0)
        stage.hear("ready")
        stage.live_until(lambda: stage.assistant.narrator.holding)
        stage.live(4.0)
        take(browser, stage, "screen-hold.png", dark=False)


if __name__ == "__main__":
    main()
