"""Times and durations as people say them: "ten past four", "in an hour and a half"."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from unicode_rbnf import FormatPurpose, RbnfEngine

from voice.reminders import moments, recurrence
from voice.reminders.reminder import Reminder
from voice.reminders.wording import Wording

UNAMBIGUOUS = timedelta(hours=12)
"""Within this a time of day needs neither a day nor a part of the day."""
_NOON, _EVENING, _NIGHT = 12, 18, 22
_HALF, _QUARTER, _THREE_QUARTERS, _ROUND = 30, 15, 45, 5
_HOUR, _DAY = 60, 24 * 60
_WEEK = 7


class Spoken:
    """Says times in the words of a pack.

    Args:
        wording: The words.
    """

    def __init__(self, wording: Wording) -> None:
        self._words = wording

    def number(self, number: int) -> str:
        """25 is "twenty-five"."""
        return str(_speller(self._words.language).format_number(number).text)

    def count_of(self, minutes: int) -> str:
        """A length of time: "twenty minutes", "an hour and a half", "two days"."""
        say = self._words.time
        if minutes == _HALF:
            return say("half_hour")
        if minutes == _HOUR + _HALF:
            return say("hour_and_half")
        days, rest = divmod(minutes, _DAY)
        hours, left = divmod(rest, _HOUR)
        parts = [
            say(one) if count == 1 else say(many, count=self.number(count))
            for count, one, many in (
                (days, "one_day", "days"),
                (hours, "one_hour", "hours"),
                (left, "one_minute", "minutes"),
            )
            if count
        ]
        if not parts:
            return say("minutes", count=self.number(0))
        spoken = parts[-1]
        for part in reversed(parts[:-1]):
            spoken = say("and", first=part, second=spoken)
        return spoken

    def lead(self, ms: int) -> str:
        """How far ahead something is: "in twenty minutes"."""
        minutes = round(ms / moments.MINUTE)
        if minutes < 1:
            return self._words.time("soon")
        return self._words.time("lead", span=self.count_of(minutes))

    def clock(self, moment: datetime, *, exact: bool) -> str:
        """A time of day: "ten past four".

        Args:
            moment: When.
            exact: Say whether it is in the morning or in the evening.
        """
        if moment.minute == 0 and moment.hour in {0, _NOON}:
            return self._words.time("noon" if moment.hour else "midnight")
        time = self._dial(moment.hour, moment.minute, bare=not exact)
        return self._words.time(_part_of_day(moment.hour), time=time) if exact else time

    def when(self, moment: datetime, now: datetime) -> str:
        """A time as it is told now: "at ten past four", "tomorrow at nine in the morning".

        Args:
            moment: When, aware; it may lie in the past.
            now: The present, aware.
        """
        say = self._words.time
        here = now.astimezone(moment.tzinfo)
        # Two aware times of one zone are subtracted by the clock on the wall; here time counts.
        apart = abs(timedelta(seconds=moment.timestamp() - now.timestamp()))
        days = (moment.date() - here.date()).days
        exact = self.clock(moment, exact=True)
        if apart < UNAMBIGUOUS:
            return say("at", time=self.clock(moment, exact=False))
        near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
        if near is not None:
            return say(near, time=exact)
        if abs(days) < _WEEK:
            return say("weekday", day=self._words.days[moment.weekday()], time=exact)
        date = str(
            _speller(self._words.language)
            .format_number(moment.day, purpose=FormatPurpose.ORDINAL)
            .text
        )
        month = self._words.months[moment.month - 1]
        if moment.year == here.year:
            return say("date", date=date, month=month, time=exact)
        year = str(
            _speller(self._words.language)
            .format_number(moment.year, purpose=FormatPurpose.YEAR)
            .text
        )
        return say("date_year", date=date, month=month, year=year, time=exact)

    def until(self, moment: datetime, now: datetime) -> str:
        """An end as it is told now: "six o'clock", "tomorrow at nine in the morning"."""
        if moment.timestamp() - now.timestamp() < UNAMBIGUOUS.total_seconds():
            return self.clock(moment, exact=False)
        return self.when(moment, now)

    def every(self, reminder: Reminder) -> str:
        """How often: "every two hours", "every weekday at nine in the morning"."""
        say = self._words.time
        minutes = reminder.every_minutes
        if minutes is not None:
            one = {1: "every_one_minute", _HOUR: "every_one_hour", _DAY: "every_one_day"}
            if minutes in one:
                return say(one[minutes])
            return say("every", span=self.count_of(minutes))
        time = self.clock(
            reminder.wall or moments.wall_of(reminder.due_ms, reminder.zone), exact=True
        )
        name = reminder.repeat
        if name in recurrence.WEEKDAYS:
            day = self._words.days[recurrence.WEEKDAYS.index(name)]
            return say("weekly", day=day, time=time)
        if name in {"daily", "weekdays", "weekends"}:
            return say(name, time=time)
        return say("other_rule", time=time)

    def _dial(self, hour: int, minute: int, *, bare: bool) -> str:
        say = self._words.time
        this, following = self._hour(hour), self._hour(hour + 1)
        fixed = {
            0: say("oclock" if bare else "hour", hour=this),
            1: say("one_minute_past", hour=this),
            _QUARTER: say("quarter_past", hour=this),
            _HALF: say("half_past", hour=this),
            _THREE_QUARTERS: say("quarter_to", hour=following),
            59: say("one_minute_to", hour=following),
        }
        if minute in fixed:
            return fixed[minute]
        past = minute < _HALF
        count = minute if past else _HOUR - minute
        key = ("" if minute % _ROUND == 0 else "minutes_") + ("past" if past else "to")
        return say(key, minutes=self.number(count), hour=this if past else following)

    def _hour(self, hour: int) -> str:
        return self.number((hour - 1) % _NOON + 1)


def _part_of_day(hour: int) -> str:
    if 0 < hour < _NOON:
        return "morning"
    if _NOON <= hour < _EVENING:
        return "afternoon"
    return "evening" if _EVENING <= hour < _NIGHT else "night"


@cache
def _speller(language: str) -> RbnfEngine:
    return RbnfEngine.for_language(language)
