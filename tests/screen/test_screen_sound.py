"""What the page shows beside what the loudspeaker sounds: the product itself, on one clock."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.sound.conversation import Conversation
from tests.sound.timing import moments_of
from tests.sound.virtual_card import RATE, Samples, VirtualCard
from tests.sound.voices import Voices
from voice.knowledge import Pack
from voice.speaking.speech import resample
from voice.speaking.spelling import Spelling
from voice.speaking.synthesizer import Synthesizer

ASIDE = 0.1
"""Seconds that the page may be before or behind the sound."""
BEGINNING = 0.5
"""Seconds of a sentence by which it is found in the recording."""
ALIKE = 0.6
"""Normalised correlation from which it is found: eSpeak says nothing twice in the very same way."""
FEWEST = 8
"""Sentences that must be found, of about 17."""
CUT_OFF = 2.0
"""Seconds before a stop in which a sentence may be cut off too soon to be found."""
WATCH = """
    const times = (window.times = []);
    const now = document.getElementById("now");
    const unit = document.getElementById("unit");
    const note = (what) => {
      if (what && times.at(-1)?.[1] !== what) times.push([Date.now() / 1000, what]);
    };
    new MutationObserver(() => note(now.classList.contains("lit") ? now.textContent : ""))
      .observe(now, { childList: true, subtree: true, attributes: true });
    new MutationObserver(() => note(unit.textContent === "seconds" ? "hold" : ""))
      .observe(unit, { childList: true });
"""

Moment = tuple[float, str]


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.realtime
@pytest.mark.timeout(240)
def test_the_page_keeps_with_the_sound(
    virtual_sound: VirtualCard,
    voices: Voices,
    browser: Browser,
    pack: Pack,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    command = ("screen", "--port", "0")
    with Conversation(virtual_sound, voices, tmp_path, command) as talk:
        page = browser.new_page()
        page.goto(address(talk))
        page.wait_for_selector("body[data-link=open]")
        talk.wait_until_it_listens()
        page.evaluate(WATCH)
        asks(page, "read the heat section")
        time.sleep(25.0)
        stopped = talk.recording.seconds
        page.keyboard.press("Escape")
        asks(page, "start the overhead reach")
        page.get_by_role("button", name="I am ready").click(timeout=90_000)
        expect(page.locator("#unit")).to_have_text("seconds", timeout=60_000)
        time.sleep(2.0)
        # The page's clock tells the time of day, the recording's does not.
        zero = talk.recording.started_at + time.time() - time.monotonic()
        shown = [(at - zero, what) for at, what in page.evaluate("times")]
        sound = talk.recording.speaker
        page.close()
    sentences = [
        (at, what) for at, what in shown if what != "hold" and not 0 < stopped - at < CUT_OFF
    ]
    aside = np.array([at - begin for at, begin in heard(sentences, sound, pack)])
    assert aside.size >= FEWEST
    (hold,) = [at for at, what in shown if what == "hold"]
    (tone,) = moments_of("hold_begins", sound)
    record_property("page behind the sentence, ms", [round(1000 * one) for one in aside])
    record_property("ring behind the tone, ms", round(1000 * (hold - tone)))
    assert np.abs(aside).max() <= ASIDE
    assert abs(hold - tone) <= ASIDE


def address(talk: Conversation) -> str:
    """Where the page is, once it has been told."""
    talk.wait_for_line("http://", timeout=60.0)
    found = re.search(r"http://\S+/", "".join(talk.lines))
    assert found is not None
    return found[0]


def asks(page: Page, text: str) -> None:
    """Asks in one's own words."""
    page.locator("details").evaluate("details => { details.open = true; }")
    page.get_by_label("Ask in your own words").fill(text)
    page.keyboard.press("Enter")
    page.locator("body").click(position={"x": 1, "y": 1})


def heard(sentences: list[Moment], sound: Samples, pack: Pack) -> list[tuple[float, float]]:
    """When each sentence was lit, and when it began to sound, of those that are found."""
    spelling = Spelling(pack.voice.says)
    found = []
    with Synthesizer() as synthesizer:
        for at, text in sentences:
            speech = synthesizer.render(spelling(text), rate_wpm=pack.voice.words_per_minute)
            begin = place_of(resample(speech, RATE).pcm[: round(BEGINNING * RATE)], sound, at)
            if begin is not None:
                found.append((at, begin))
    return found


def place_of(beginning: Samples, sound: Samples, near: float) -> float | None:
    """Where a sentence begins, within a second of a moment; None where nothing is like it."""
    first = max(0, round((near - 1.0) * RATE))
    window = sound[first : first + 2 * RATE + len(beginning)].astype(np.float64)
    shape = beginning.astype(np.float64)
    product = np.correlate(window, shape, "valid")
    energy = np.concatenate([[0.0], np.cumsum(np.square(window))])
    norms = np.sqrt((energy[len(shape) :] - energy[: -len(shape)]) * np.square(shape).sum())
    likeness = product / np.maximum(norms, 1.0)
    best = int(np.argmax(likeness))
    if likeness[best] < ALIKE:
        return None
    return float(first + best) / RATE + lead(beginning)


def lead(beginning: Samples) -> float:
    """Seconds of silence before a sentence's first sound."""
    return int(np.flatnonzero(np.abs(beginning.astype(int)) > 100)[0]) / RATE
