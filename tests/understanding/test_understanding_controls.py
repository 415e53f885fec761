"""Every control word and every contract intent is understood as it is written here."""

from __future__ import annotations

import pytest

from voice.understanding import Understanding


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("how do i stretch my back", "read_section", {"section": "stretching"}),
        ("How do I stretch my back?", "read_section", {"section": "stretching"}),
        ("what causes knots", "read_section", {"section": "causes"}),
        ("heat", "read_section", {"section": "heat"}),
        ("massage", "read_section", {"section": "massage"}),
        ("not that one the cold one", "read_section", {"section": "cold"}),
        ("what are my options", "list_methods", {}),
        ("can knots be prevented", "answer_faq", {"question": "prevention"}),
        ("start stretching", "start_stretch", {}),
        ("knees to chest", "start_stretch", {"routine": "knees_to_chest"}),
        ("remind me to stretch", "set_reminder", {"about": "stretching"}),
        ("list my reminders", "list_reminders", {}),
        ("cancel all my reminders", "cancel_reminder", {"all": True}),
        ("cancel the heat one", "cancel_reminder", {"about": "heat"}),
        ("what did i miss", "missed_reminders", {}),
        ("snooze", "snooze_reminder", {}),
        ("pause", "pause", {}),
        ("resume", "resume", {}),
        ("next", "next", {}),
        ("back", "back", {}),
        ("repeat", "repeat", {}),
        ("slower", "slower", {}),
        ("faster", "faster", {}),
        ("louder", "louder", {}),
        ("quieter", "quieter", {}),
        ("stop", "stop", {}),
        ("how much longer", "time_left", {}),
        ("where am i", "where_am_i", {}),
        ("yes", "yes", {}),
        ("no", "no", {}),
        ("help", "help", {}),
        ("thanks", "thanks", {}),
        ("it hurts", "pain", {}),
        ("i can't feel my legs", "red_flag", {}),
        ("", "none", {}),
    ],
)
def test_understands(
    understanding: Understanding, text: str, intent: str, slots: dict[str, object]
) -> None:
    request = understanding.understand(text)
    assert (request.intent, dict(request.slots)) == (intent, slots)
