"""The page in a real browser: what it shows, what it asks, and what it never does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.screen.stage import Stage
from voice.events import Heard, Level, Partial, Request, SpeechBegan, Trouble
from voice.knowledge import Pack
from voice.reminders import Reminders, Store, load_wording
from voice.scripts.script import Hold
from voice.understanding import Understanding

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "screen"
SIZES = {"320": (320, 800), "1280": (1280, 720), "4k": (3840, 2160)}
CONNECTED = "body[data-link=open]"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Open = Callable[..., Page]


@pytest.fixture
def reminders(tmp_path: Path, pack: Pack) -> Reminders:
    kept = Reminders(Store(tmp_path / "reminders.sqlite3"), load_wording(pack.folder))
    kept.set(Request("set_reminder", {"about": "heat", "minutes": 20}))
    return kept


@pytest.fixture
def stage(pack: Pack, understanding: Understanding, reminders: Reminders) -> Iterator[Stage]:
    with Stage(pack, understanding, reminders) as stage:
        yield stage


@pytest.fixture
def open_page(browser: Browser, stage: Stage) -> Iterator[Open]:
    """Opens the page in a window of its own; each must have run without an error."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(
        width: int = 1280, height: int = 720, theme: str = "", *, still: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce" if still else "no-preference",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_init_script(f"localStorage.setItem('theme', {json.dumps(theme)})")
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(stage.address)
        page.wait_for_selector(CONNECTED)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def begun(stage: Stage) -> Stage:
    stage.hear("start stretching")
    return stage


def to_the_gate(stage: Stage) -> None:
    begun(stage)
    stage.live_until(lambda: stage.board.shown.picture.state == "waiting")


def to_the_next_hold(stage: Stage) -> Hold:
    """Live on to the hold after the present one; says "ready" where that is asked."""
    narrator = stage.assistant.narrator
    last = narrator.step if narrator.holding else -1

    def holding_another() -> bool:
        return narrator.question is not None or (narrator.holding and narrator.step != last)

    stage.live_until(holding_another)
    if narrator.question is not None:
        stage.live(9.0)
        stage.hear("ready")
        stage.live_until(lambda: narrator.holding)
    assert narrator.script is not None
    hold = narrator.script.steps[narrator.step]
    assert isinstance(hold, Hold)
    return hold


def asked(stage: Stage) -> str:
    """The intent that the page asks for next."""
    stage.take()
    return stage.room.requests()[-1]


def test_a_whole_guided_session_is_followed(stage: Stage, open_page: Open) -> None:
    page = open_page()
    stage.hear("start stretching")
    for number in range(12):
        hold = to_the_next_hold(stage)
        expect(page.locator("body")).to_have_attribute("data-state", "holding")
        expect(page.locator("#state")).to_have_text("Hold")
        expect(page.locator("#person")).to_have_attribute("data-figure", hold.figure)
        expect(page.locator("#side")).to_have_text(hold.side)
        expect(page.locator("#repetition")).to_have_text(f"{hold.repetition} of {hold.of}")
        expect(page.locator("#now")).to_have_text(hold.label, ignore_case=True)
        expect(page.locator("#seconds")).to_have_text("20")
        stage.live(10.0)
        expect(page.locator("#seconds")).to_have_text("10")
        expect(page.locator("#now.lit")).to_have_text("Halfway.")
        if number in {0, 3, 6, 9}:
            page.screenshot(path=ARTIFACTS / f"hold-{number + 1}.png")
    stage.live_until(lambda: stage.board.shown.picture.kind == "talking")
    expect(page.locator("#stage")).to_be_hidden()
    expect(page.locator("#now")).to_have_text("Well done.")


def test_the_figure_shows_which_side_works(stage: Stage, open_page: Open) -> None:
    page = open_page()
    stage.hear("start stretching")
    working = {}
    for _ in range(7):
        hold = to_the_next_hold(stage)
        expect(page.locator("#side")).to_have_text(hold.side)
        parts = page.locator(".part.works").evaluate_all(
            "parts => parts.map(part => part.getAttribute('class')).sort()"
        )
        working[hold.side] = [part.removeprefix("part ").removesuffix(" works") for part in parts]
    assert working == {"right": ["near leg"], "left": ["far leg"], "": ["far leg", "near leg"]}


@pytest.mark.parametrize("still", [True, False])
def test_the_figure_moves_unless_motion_is_reduced(
    stage: Stage, open_page: Open, *, still: bool
) -> None:
    page = open_page(still=still)
    to_the_gate(stage)
    page.wait_for_selector("[data-figure=lying]")
    stage.live(9.0)
    stage.hear("ready")
    page.wait_for_selector("[data-figure=one_knee_to_chest]")
    leg = page.locator(".part.near.leg .over")
    paths = [leg.get_attribute("d")]
    page.wait_for_timeout(500)
    paths.append(leg.get_attribute("d"))
    assert (paths[0] == paths[1]) == still


@pytest.mark.realtime
def test_the_ring_runs_between_messages(stage: Stage, open_page: Open) -> None:
    page = open_page()
    to_the_gate(stage)
    to_the_next_hold(stage)
    expect(page.locator("#seconds")).to_have_text("19")
    share = float(
        page.locator("#passed").evaluate("ring => ring.style.getPropertyValue('--passed')")
    )
    assert share == pytest.approx(0.05, abs=0.04)


def test_the_count_in_is_no_time_of_the_hold(stage: Stage, open_page: Open) -> None:
    page = open_page()
    to_the_gate(stage)
    to_the_next_hold(stage)
    stage.hear("wait")
    expect(page.locator("#state")).to_have_text("Paused")
    expect(page.locator("#hold-on")).to_have_text("SpaceGo on")
    stage.live(10.0)
    stage.hear("go on")
    expect(page.locator("#unit")).to_have_text("get ready")
    stage.live(10.0)
    expect(page.locator("#unit")).to_have_text("seconds")


def test_hearing_heard_and_speaking_are_told_apart(stage: Stage, open_page: Open) -> None:
    page = open_page()
    state, heard = page.locator("#state"), page.locator("#heard")
    expect(state).to_have_text("Listening")
    stage.room.tell(SpeechBegan(7))
    stage.room.tell(Partial(7, "how long", 0.0))
    stage.settle()
    expect(state).to_have_text("Hearing you")
    expect(heard).to_have_text("Heard “how long …”")
    stage.room.tell(Heard("how long does it take", 7))
    stage.settle()
    expect(state).to_have_text("Speaking")
    expect(heard).to_have_text("Heard “how long does it take”")
    expect(page.locator("#now.lit")).to_have_text(
        "That depends on how severe the knot is, and on how it is treated."
    )
    stage.room.let_it_finish()
    stage.settle()
    expect(state).to_have_text("Listening")
    expect(page.locator("#last-answer")).to_contain_text("That depends on how severe the knot is")


def test_reminders_troubles_and_what_can_be_said(stage: Stage, open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#reminder-list li")).to_contain_text("Use your heating pad")
    expect(page.locator("#reminder-list b")).to_have_text("in 20 min")
    expect(page.locator("#now")).to_have_text(
        "Ask me about massage, stretching, heat, cold or exercise."
    )
    stage.room.tell(Trouble("loudspeaker", "The loudspeaker has gone.", "Plug it in."))
    stage.settle()
    expect(page.get_by_role("alert")).to_have_text("The loudspeaker has gone. Plug it in.")
    stage.hear("read the heat section")
    expect(page.locator("#can-say")).to_contain_text("wait, go on, next, back or again")


def test_the_level_of_the_microphone_moves_the_lamp(stage: Stage, open_page: Open) -> None:
    page = open_page()
    stage.board.show(Level(-36.0))
    expect(page.locator("body")).to_have_css("--level", "0.50")


KEYS = {
    key: intent
    for row in (
        "Space pause, ArrowRight next, ArrowLeft back, Escape stop, r repeat, h pain, s slower",
        "f faster, q quieter, l louder, t time_left, w where_am_i, ? help, y yes, n no, H pain",
    )
    for key, intent in (pair.split() for pair in row.split(", "))
}


def test_keys_reach_the_assistant(stage: Stage, open_page: Open) -> None:
    page = open_page()
    reached = {}
    for key in KEYS:
        page.keyboard.press(key)
        reached[key] = asked(stage)
    assert reached == KEYS


def test_space_pauses_and_goes_on(stage: Stage, open_page: Open) -> None:
    page = open_page()
    stage.hear("read the heat section")
    expect(page.locator("#state")).to_have_text("Speaking")
    page.keyboard.press("Space")
    assert asked(stage) == "pause"
    assert stage.assistant.narrator.paused
    expect(page.locator("#state")).to_have_text("Paused")
    page.keyboard.press("Space")
    assert asked(stage) == "resume"
    assert not stage.assistant.narrator.paused


def test_letters_can_be_switched_off_and_are_typed_in_the_field(
    stage: Stage, open_page: Open
) -> None:
    page = open_page()
    page.locator("summary").click()
    page.get_by_label("Ask in your own words").fill("")
    page.keyboard.type("how long does it take")
    page.get_by_label("Letter keys").uncheck()
    page.keyboard.press("s")
    page.reload()
    page.wait_for_selector(CONNECTED)
    page.keyboard.press("s")
    page.keyboard.press("Escape")
    assert asked(stage) == "stop"


def test_every_button_reaches_the_assistant(stage: Stage, open_page: Open) -> None:
    page = open_page()
    page.locator("summary").click()
    names = page.locator("button[data-do]:visible").evaluate_all(
        "buttons => buttons.map(button => button.dataset.do)"
    )
    assert len(names) == 6 + 12 + 10
    for name in names:
        page.evaluate("name => document.querySelector(`[data-do='${name}']`).click()", name)
        stage.take()
        assert stage.room.requests()[-1] in {name, "read_section", "answer_faq", "start_stretch"}


def test_a_sentence_is_heard_as_it_is_typed(stage: Stage, open_page: Open) -> None:
    page = open_page()
    page.locator("summary").click()
    page.get_by_label("Ask in your own words").fill("can knots be prevented")
    page.keyboard.press("Enter")
    stage.take()
    assert Heard("can knots be prevented") in stage.room.shown
    expect(page.locator("#heard")).to_have_text("Heard “can knots be prevented”")


def test_ready_is_a_button_at_the_gate(stage: Stage, open_page: Open) -> None:
    page = open_page()
    to_the_gate(stage)
    page.get_by_role("button", name="I am ready").click()
    assert asked(stage) == "yes"
    expect(page.locator("#answers")).to_be_hidden()


def test_it_connects_again_by_itself(
    stage: Stage, open_page: Open, pack: Pack, understanding: Understanding
) -> None:
    page = open_page()
    stage.__exit__(None, None, None)
    expect(page.locator("#state")).to_have_text("Not connected")
    page.screenshot(path=ARTIFACTS / "not-connected.png")
    with Stage(pack, understanding, port=stage.port) as another:
        page.wait_for_selector(CONNECTED)
        another.hear("read the heat section")
        expect(page.locator("#state")).to_have_text("Speaking")


def test_nothing_is_fetched_from_elsewhere(browser: Browser, stage: Stage) -> None:
    page = browser.new_page()
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(stage.address)
    page.wait_for_selector(CONNECTED)
    page.context.close()
    assert len(urls) >= 5
    assert [url for url in urls if not url.startswith(stage.address)] == []


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_axe_finds_nothing(stage: Stage, open_page: Open, theme: str) -> None:
    """With everything open, in silence and where an answer is waited for."""
    page = open_page(theme=theme)
    page.locator("summary").click()
    axe, found = Axe(), []
    scenes: tuple[Callable[[], object], ...] = (stage.settle, lambda: to_the_gate(stage))
    for scene in scenes:
        scene()
        page.wait_for_timeout(300)
        results = axe.run(page, options={"runOnly": STANDARDS, "resultTypes": ["violations"]})
        found += [f"{v['id']}: {v['nodes'][0]['html']}" for v in results.response["violations"]]
    assert found == []


@pytest.mark.parametrize(
    ("size", "theme"),
    [("320", "light"), ("320", "contrast"), ("1280", "light"), ("1280", "dark"), ("4k", "dark")],
)
def test_it_fits_every_window(stage: Stage, open_page: Open, size: str, theme: str) -> None:
    page = open_page(*SIZES[size], theme)
    _picture(page, f"idle-{size}-{theme}")
    stage.hear("read the heat section")
    stage.live(5.0)
    _picture(page, f"reading-{size}-{theme}")
    to_the_next_hold(begun(stage))
    stage.live(8.0)
    _picture(page, f"hold-{size}-{theme}")


def _picture(page: Page, name: str) -> None:
    """Nothing is cut off to the side, and no text is smaller than 12 pixels."""
    page.wait_for_timeout(150)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=name.partition("-")[2][:3] == "320")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('body *')]"
        ".filter(node => node.checkVisibility() && node.innerText)"
        ".map(node => parseFloat(getComputedStyle(node).fontSize)))"
    )
    assert smallest >= 12


def test_buttons_are_easy_to_hit(open_page: Open) -> None:
    page = open_page(320, 800)
    page.locator("summary").click()
    sizes = page.locator("button:visible, summary, select").evaluate_all(
        "nodes => nodes.map(node => [node.offsetWidth, node.offsetHeight])"
    )
    assert [size for size in sizes if size[0] < 44 or size[1] < 44] == []


@pytest.mark.realtime
def test_it_is_usable_soon_after_it_is_opened(
    open_page: Open, record_property: Callable[[str, object], None]
) -> None:
    page = open_page()
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    shown = page.evaluate("performance.getEntriesByName('shown')[0].startTime")
    record_property("screen_usable_ms_after_load", round(shown - loaded))
    assert shown - loaded < 300


@pytest.mark.realtime
def test_the_page_follows_within_a_tenth_of_a_second(
    stage: Stage, open_page: Open, record_property: Callable[[str, object], None]
) -> None:
    page = open_page()
    page.evaluate(
        "new MutationObserver(() => { window.changedAt ??= Date.now(); })"
        ".observe(document.getElementById('now'), {childList: true, subtree: true})"
    )
    began = time.time()
    stage.hear("read the heat section")
    expect(page.locator("#now.lit")).not_to_be_empty()
    late = page.evaluate("window.changedAt") - began * 1000
    record_property("screen_update_ms", round(late))
    assert late < 100
