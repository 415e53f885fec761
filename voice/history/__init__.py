"""History: what was stretched and when, kept on this machine alone.

    history = History(home() / "history.sqlite3")
    history.add(Session(began=now, routine="all", minutes=9.5, holds=12, completed=True))
    streak([session.began.date() for session in history.sessions()], today)

It may be switched off, and wiped.
"""

from voice.history.days import in_the_last_week, minutes_by_day, streak
from voice.history.store import History, HistoryError, Session, Unfinished

__all__ = [
    "History",
    "HistoryError",
    "Session",
    "Unfinished",
    "in_the_last_week",
    "minutes_by_day",
    "streak",
]
