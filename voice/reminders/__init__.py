"""Reminders: kept in a store, rung in time by exactly one process, said in the pack's words."""

from voice.reminders.reminder import Missed, Reminder, as_json
from voice.reminders.service import Answer, Reminders
from voice.reminders.store import FILE_NAME, Store, StoreError
from voice.reminders.wording import Offer, Wording, check_wording, load_wording

__all__ = [
    "FILE_NAME",
    "Answer",
    "Missed",
    "Offer",
    "Reminder",
    "Reminders",
    "Store",
    "StoreError",
    "Wording",
    "as_json",
    "check_wording",
    "load_wording",
]
