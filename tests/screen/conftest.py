"""A conversation, the page that shows it, and a browser to look with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import lack
from tests.screen.pictures import PACK, browser_here
from tests.screen.stage import Stage
from voice.knowledge import Pack, load_pack
from voice.understanding import Understanding


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack(PACK)


@pytest.fixture(scope="session")
def understanding() -> Understanding:
    return Understanding(PACK)


@pytest.fixture
def stage(pack: Pack, understanding: Understanding) -> Iterator[Stage]:
    with Stage(pack, understanding) as stage:
        yield stage


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = browser_here()
    if program is None:
        lack("the page needs chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()
