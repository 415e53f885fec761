"""The clock on the wall is set, or the machine sleeps, while something is performed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.assistant.room import AFTERNOON, Room
from voice.assistant import Woke
from voice.events import Mended, Spoken, Trouble
from voice.history import History
from voice.knowledge import load_pack
from voice.places import pack
from voice.scripts.narrator import Held, Phase
from voice.understanding import Understanding


@pytest.mark.parametrize("by", [timedelta(hours=5), timedelta(hours=-5), timedelta(days=-400)])
def test_a_guided_session_keeps_its_pace_and_its_minutes(tmp_path: Path, by: timedelta) -> None:
    history = History(tmp_path / "history.sqlite3")
    room = Room(load_pack(pack()), Understanding(pack()), history)
    room.hear("overhead reach")
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
    room.hear("ready")
    room.live_until(lambda: room.assistant.narrator.holding)
    began = room.now
    room.live(5.0)
    room.clock_set_by = by
    room.live_until(lambda: any(isinstance(event, Held) for event in room.shown))
    assert room.now - began == pytest.approx(20.0, abs=0.2)
    room.live_until(lambda: bool(history.sessions()))
    (session,) = history.sessions()
    assert session.completed
    assert 0.5 < session.minutes < 6
    assert near(session.began, AFTERNOON) or near(session.began, AFTERNOON + by)


def test_a_machine_that_slept_waits_for_a_word_though_its_loudspeaker_comes_back() -> None:
    room = Room(load_pack(pack()), Understanding(pack()))
    room.hear("read the heat section")
    room.let_it_speak()
    room.tell(Trouble("loudspeaker", "The loudspeaker has gone.", "Connect it."))
    room.tell(Spoken(room.tape.utterance, False))
    room.tape.sounding = False
    assert room.assistant.narrator.broken_off
    room.tell(Woke())
    assert room.tape.said[-1] == " ".join(room.pack.reply("interrupted"))
    room.let_it_speak()
    said = len(room.tape.said)
    room.tell(Mended("loudspeaker"))
    room.live(30.0)
    assert room.tape.said[said:] == []
    room.hear("go on")
    room.live(1.0)
    assert room.tape.said[-1] == room.sentences("heat")[1]


def near(moment: datetime, other: datetime) -> bool:
    return abs(moment.replace(tzinfo=None) - other) < timedelta(minutes=10)
