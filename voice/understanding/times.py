"""Spoken durations, times of day, dates and recurrences in English.

The well-kept parsers on PyPI were measured first on `tests/understanding/data/times.tsv`: the best
pair of them gets half of it right (docs/understanding.md has the table). They are made for written
text and for one date; what people say to a reminder is "at half seven" and "every weekday at nine".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from voice.events import Slot
from voice.understanding.numbers import TENS, UNITS

Words = Sequence[str]

TIME_SLOTS = ("minutes", "every_minutes", "at", "repeat", "until")
"""Slots that this module fills."""

_UNITS = {
    **dict.fromkeys(("second", "seconds", "sec", "secs"), 1),
    **dict.fromkeys(("minute", "minutes", "min", "mins", "minutes'", "minute's"), 60),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "hours'", "hour's", "h"), 3600),
    **dict.fromkeys(("day", "days", "days'", "day's"), 86400),
    **dict.fromkeys(("week", "weeks", "week's"), 604800),
}
"""Seconds of each unit."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ORDINALS = {
    word: place
    for place, word in enumerate(
        (
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ),
        start=1,
    )
} | {"thirtieth": 30}
_PARTS = {
    "morning": time(9),
    "afternoon": time(15),
    "evening": time(18),
    "night": time(21),
    "tonight": time(20),
}
"""The time that a part of the day stands for when no other is said."""
_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_ABOUT = ("about", "around", "like", "roughly", "exactly", "another", "say")
_FRACTIONS = {"quarter": 0.25, "half": 0.5}
_NOON = 12
_HOURS = 24
_MINUTES = 60
_FIRST_WAKING_HOUR = 7
"""At 1 to 6 people mean the afternoon, from 7 on the morning, unless today says otherwise."""
_SMALL_HOURS = 5
_MOST_MINUTES = 366 * 24 * 60
"""Longer spans are taken for a mishearing."""


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time of day as it was said."""

    hour: int
    minute: int = 0
    sure: bool = False
    """It has no second reading twelve hours later."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One expression, or several that stand side by side."""

    seconds: float | None = None
    every: float | None = None
    repeat: str | None = None
    clock: _Clock | None = None
    day: date | None = None
    part: str | None = None
    same_time: bool = False
    """It was said as "this time tomorrow"."""
    vague: str = ""
    """Words that name no time by themselves: "before bed"."""
    bare: bool = False
    """A duration with no word that says what it is for."""


_UNTIL = frozenset({"until", "till", "til"})


@dataclass(frozen=True, slots=True)
class Times:
    """What was found in a sentence."""

    words: tuple[str, ...]
    """The sentence with `{when}` or `{span}` in the place of each expression."""
    lasting: tuple[str, ...] = ()
    """The same, but "for an hour" leaves "for {span}": heat for an hour is not heat in one."""
    slots: Mapping[str, Slot] = field(default_factory=dict)
    """`minutes`, `every_minutes`, `at`, `repeat`, `until`: those that were said."""
    reason: str = ""
    """How an ambiguity was resolved, or what is missing."""


_Read = tuple[_Piece, int] | None
"""A piece and the index of the word after it."""


def find_times(words: Words, now: datetime) -> Times:
    """Find every expression of time in a sentence.

    Args:
        words: The sentence, as `words_of` gives it.
        now: Local time without offset, to count from.

    Returns:
        The sentence with the expressions cut out, and what they mean together.
    """
    left: list[str] = []
    lasting: list[str] = []
    whole = _Piece()
    until: dict[str, Slot] = {}
    index = 0
    while index < len(words):
        read = _Reader(words, now).piece(index)
        end = _end_of(words, index, now) if whole.every or whole.repeat else None
        if end is not None:
            until, index = end
            continue
        if read is None:
            left.append(words[index])
            lasting.append(words[index])
            index += 1
            continue
        lasts = words[index] == "for" and read[0].seconds is not None
        piece, index = read
        mark = "{span}" if piece.bare else "{when}"
        if not (left and left[-1] == mark == "{when}"):
            left.append(mark)
            lasting += ("for", "{span}") if lasts else (mark,)
        whole = _joined(whole, piece)
    slots, reason = _resolve(whole, now)
    return Times(tuple(left), tuple(lasting), slots | until, reason)


def _end_of(words: Words, index: int, now: datetime) -> tuple[dict[str, Slot], int] | None:
    """Read "until six" after what recurs: the slot, and the index of the word after it."""
    if words[index] not in _UNTIL:
        return None
    # A lone hour is read as a time after "at" only.
    read = _Reader((*words[:index], "at", *words[index + 1 :]), now).piece(index)
    read = read or _Reader(words, now).piece(index + 1)
    if read is None:
        return None
    piece, after = read
    moment = _resolve(piece, now)[0].get("at")
    return None if moment is None else ({"until": moment}, after)


def _joined(one: _Piece, other: _Piece) -> _Piece:
    """Put two pieces together; what was said first wins."""
    return _Piece(
        seconds=one.seconds if one.seconds is not None else other.seconds,
        every=one.every or other.every,
        repeat=one.repeat or other.repeat,
        clock=one.clock or other.clock,
        day=one.day or other.day,
        part=one.part or other.part,
        same_time=one.same_time or other.same_time,
        vague=one.vague or other.vague,
    )


def _resolve(piece: _Piece, now: datetime) -> tuple[dict[str, Slot], str]:
    slots: dict[str, Slot] = {"repeat": piece.repeat} if piece.repeat else {}
    if piece.vague:
        return slots, f"{piece.vague!r} names no time"
    if piece.every is not None:
        return _minutes("every_minutes", piece.every), ""
    if piece.seconds is not None:
        return _from_now(piece.seconds, now)
    if piece.same_time:
        day = piece.day or now.date()
        return {"at": _iso(datetime.combine(day, now.time()))}, ""
    if piece.clock is None and piece.part is None and (piece.repeat or piece.day is None):
        return slots, "no time of day was said" if piece.repeat else ""
    moment, reason = _moment(piece, now)
    return slots | {"at": _iso(moment)}, reason


def _from_now(seconds: float, now: datetime) -> tuple[dict[str, Slot], str]:
    if seconds < 0:
        return {"at": _iso(now + timedelta(seconds=seconds))}, "a time that is over"
    return _minutes("minutes", seconds), ""


def _minutes(slot: str, seconds: float) -> dict[str, Slot]:
    minutes = math.ceil(seconds / _MINUTES)
    return {slot: minutes} if 0 <= minutes <= _MOST_MINUTES else {}


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def _moment(piece: _Piece, now: datetime) -> tuple[datetime, str]:
    """Find the next moment that fits what was said."""
    clock, reason = piece.clock, ""
    if clock is None:
        default = _PARTS[piece.part or "morning"]
        clock = _Clock(default.hour, default.minute, sure=True)
        reason = f"no clock time was said, {default:%H:%M} is taken"
    hours = _hours(clock, piece, now)
    if len(hours) > 1:
        reason = "the next such time on a twelve-hour clock"
    elif not clock.sure and clock.hour <= _NOON and piece.part is None:
        reason = "taken for a waking hour"
    moments = (
        datetime.combine(day, time(hour % _HOURS, clock.minute)) + timedelta(days=hour // _HOURS)
        for day in _days(piece, now)
        for hour in hours
    )
    return min(moment for moment in moments if moment > now or piece.day), reason


def _hours(clock: _Clock, piece: _Piece, now: datetime) -> tuple[int, ...]:
    """Hours of the day that a clock time may mean."""
    hour = clock.hour
    if clock.sure or hour > _NOON:
        return (hour,)
    morning, evening = hour % _NOON, hour % _NOON + _NOON
    if piece.part == "morning":
        return (morning,)
    if piece.part in ("night", "tonight") and (morning < _SMALL_HOURS):
        return (morning + _HOURS,)
    if piece.part is not None:
        return (evening,)
    today = piece.day is None or piece.day == now.date()
    if today and piece.repeat is None:
        return morning, evening
    return (morning,) if hour in range(_FIRST_WAKING_HOUR, _NOON) else (evening,)


def _days(piece: _Piece, now: datetime) -> list[date]:
    """Days, in their order, on which the moment may lie."""
    if piece.day is not None:
        return [piece.day]
    days = [now.date() + timedelta(days=ahead) for ahead in range(9)]
    if piece.repeat == "weekdays":
        return [day for day in days if day.weekday() < _WEEKDAYS.index("saturday")]
    if piece.repeat in _WEEKDAYS:
        return [day for day in days if _WEEKDAYS[day.weekday()] == piece.repeat]
    return days


class _Reader:
    """Reads one expression of time at a time; nothing is consumed where none begins."""

    def __init__(self, words: Words, now: datetime) -> None:
        self._words = words
        self._now = now

    def piece(self, at: int) -> _Read:
        """Read the expression that begins at a word, the longest first."""
        for read in (
            self._recurrence,
            self._from_now,
            self._day_and_part,
            self._clock_time,
            self._bare_span,
            self._vague,
        ):
            found = read(at)
            if found is not None:
                return found
        return None

    def _word(self, at: int) -> str:
        return self._words[at] if 0 <= at < len(self._words) else ""

    def _has(self, at: int, *words: str) -> bool:
        return tuple(self._words[at : at + len(words)]) == words

    def _skip(self, at: int, *words: str) -> int:
        return at + 1 if self._word(at) in words else at

    # numbers ------------------------------------------------------------------------------------

    def _number(self, at: int) -> tuple[float, int] | None:
        """Read a number below a thousand, in words or digits."""
        word = self._word(at)
        if word.replace(".", "", 1).isdigit():
            return float(word), at + 1
        if word in ("a", "one") and self._word(at + 1) == "hundred":
            return self._after_hundred(100, at + 2)
        if word in UNITS and self._word(at + 1) == "hundred":
            return self._after_hundred(100 * UNITS[word], at + 2)
        return self._below_hundred(at)

    def _after_hundred(self, hundreds: int, at: int) -> tuple[float, int]:
        rest = self._below_hundred(self._skip(at, "and"))
        return (hundreds + rest[0], rest[1]) if rest else (hundreds, at)

    def _below_hundred(self, at: int) -> tuple[float, int] | None:
        word = self._word(at)
        if word in TENS:
            unit = UNITS.get(self._word(at + 1), 0)
            return (TENS[word] + unit, at + 2) if 0 < unit < 10 else (TENS[word], at + 1)  # noqa: PLR2004
        return (UNITS[word], at + 1) if word in UNITS else None

    # durations ----------------------------------------------------------------------------------

    def _duration(self, at: int) -> tuple[float, int] | None:
        """Read a duration in seconds: "an hour and a half"."""
        return self._fraction_of_unit(at) or self._couple(at) or self._counted(at)

    def _fraction_of_unit(self, at: int) -> tuple[float, int] | None:
        """Read "half an hour", "a quarter of an hour", "three quarters of an hour"."""
        if self._has(at, "three", "quarters"):
            share, after = 0.75, at + 2
        else:
            start = self._skip(at, "a", "one")
            if self._word(start) not in _FRACTIONS:
                return None
            share, after = _FRACTIONS[self._word(start)], start + 1
        after = self._skip(self._skip(after, "of"), "a", "an")
        unit = _UNITS.get(self._word(after))
        return (share * unit, after + 1) if unit else None

    def _couple(self, at: int) -> tuple[float, int] | None:
        start = self._skip(at, "a")
        if self._word(start) != "couple":
            return None
        after = self._skip(self._skip(start + 1, "of"), "more")
        unit = _UNITS.get(self._word(after))
        return (2 * unit, after + 1) if unit else None

    def _counted(self, at: int) -> tuple[float, int] | None:
        """Read "two and a half hours", "one hour twenty minutes", "an hour and a quarter"."""
        number = (1.0, at + 1) if self._word(at) in ("a", "an") else None
        number = self._number(at) or number
        if number is None:
            return None
        count, after = number
        if self._has(after, "and", "a", "half"):
            count, after = count + 0.5, after + 3
        after = self._skip(after, "more", "extra", "little", "single")
        unit = _UNITS.get(self._word(after))
        if not unit:
            return None
        return self._rest_of(count * unit, unit, after + 1)

    def _rest_of(self, seconds: float, unit: int, at: int) -> tuple[float, int]:
        """Read what may follow a counted unit."""
        start = self._skip(at, "and")
        if start > at:
            for words, share in (
                (("a", "half"), 0.5),
                (("a", "quarter"), 0.25),
                (("three", "quarters"), 0.75),
            ):
                if self._has(start, *words):
                    return seconds + share * unit, start + len(words)
        smaller = self._number(start)
        if smaller is None or unit != _UNITS["hour"]:
            return seconds, at
        count, after = smaller
        if _UNITS.get(self._word(after)) == _MINUTES:
            return seconds + count * _MINUTES, after + 1
        return (seconds + count * _MINUTES, after) if start > at else (seconds, at)

    def _from_now(self, at: int) -> _Read:
        """Read "in ten minutes", "ten minutes from now", "for half an hour"."""
        lead = self._word(at) in ("in", "after", "for", "within", "by")
        start = at + 1 if lead else at
        start = self._skip(start, *_ABOUT)
        found = self._duration(start)
        if found is None:
            return None
        seconds, after = found
        after = self._skip(after, "more", "longer")
        if self._word(after) == "ago":
            return _Piece(seconds=-seconds), after + 1
        if self._word(after) in ("before", "after") and self._word(after + 1) not in ("", "now"):
            return self._before_something(at, after)
        tail = self._tail(after)
        if not lead and tail == after:
            return None
        return _Piece(seconds=seconds), tail

    def _tail(self, at: int) -> int:
        if self._has(at, "from", "now") or self._has(at, "or", "so"):
            return at + 2
        return self._skip(at, "time", "later", "hence", "times")

    def _bare_span(self, at: int) -> _Read:
        found = self._duration(self._skip(at, *_ABOUT))
        if found is None:
            return None
        return _Piece(seconds=found[0], bare=True), self._skip(found[1], "more", "longer")

    def _vague(self, at: int) -> _Read:
        """Read "before bed", "after lunch": asks back."""
        if self._word(at) in ("before", "after"):
            return self._before_something(at, at)
        few = self._has(at, "in", "a", "few") or self._has(at, "in", "a", "little")
        if few and self._word(at + 3) in (*_UNITS, "while", "bit"):
            return _Piece(vague=" ".join(self._words[at : at + 4])), at + 4
        return None

    def _before_something(self, start: int, at: int) -> _Read:
        after = at + 1
        if self._has(after, "i", "go", "to"):
            after += 3
        after = self._skip(after, "my", "the", "going")
        after = self._skip(after, "to")
        if self._word(after) in (
            *("bed", "bedtime", "sleep", "lunch", "dinner", "breakfast", "work", "supper", "tea"),
            *("school", "sleeping", "shower", "meeting"),
        ):
            return _Piece(vague=" ".join(self._words[start : after + 1])), after + 1
        return None

    # recurrences --------------------------------------------------------------------------------

    def _recurrence(self, at: int) -> _Read:
        word = self._word(at)
        if word == "hourly":
            return _Piece(every=_UNITS["hour"]), at + 1
        if word == "daily":
            return _Piece(repeat="daily"), at + 1
        if self._has(at, "monday", "to", "friday") or self._has(at, "monday", "through", "friday"):
            return _Piece(repeat="weekdays"), at + 3
        if word == "once" and self._word(at + 1) in ("a", "an", "every"):
            return self._every(at + 2)
        if word in ("every", "each"):
            return self._every(at + 1)
        return self._on_days(self._skip(at, "on"))

    def _on_days(self, at: int) -> _Read:
        word = self._word(at)
        if word == "weekdays" or self._has(at, "week", "days"):
            return _Piece(repeat="weekdays"), at + (1 if word == "weekdays" else 2)
        if word[:-1] in _WEEKDAYS and word.endswith("s"):
            return self._with_part(_Piece(repeat=word[:-1]), at + 1)
        return None

    def _every(self, at: int) -> _Read:
        """Read what follows "every"."""
        at = self._skip(at, "single")
        word = self._word(at)
        if word == "weekday" or self._has(at, "week", "day") or self._has(at, "working", "day"):
            return _Piece(repeat="weekdays"), at + (1 if word == "weekday" else 2)
        if word == "day":
            return _Piece(repeat="daily"), at + 1
        if word in _PARTS:
            return _Piece(repeat="daily", part=word), at + 1
        if word in _WEEKDAYS:
            return self._with_part(_Piece(repeat=word), at + 1)
        return self._every_span(at)

    def _every_span(self, at: int) -> _Read:
        """Read "other hour", "hour and a half", "two hours"."""
        start = self._skip(at, "other")
        unit = _UNITS.get(self._word(start))
        if unit and start > at:
            return _Piece(every=2 * unit), start + 1
        if unit:
            seconds, after = self._rest_of(unit, unit, at + 1)
            return _Piece(every=seconds), after
        found = self._duration(at)
        return (_Piece(every=found[0]), found[1]) if found else None

    # days ---------------------------------------------------------------------------------------

    def _day_and_part(self, at: int) -> _Read:
        return (
            self._part_of_today(at)
            or self._tomorrow(at)
            or self._day_that_is_over(at)
            or self._weekday(at)
            or self._calendar_day(at)
        )

    def _part_of_today(self, at: int) -> _Read:
        today = self._now.date()
        if self._word(at) == "tonight":
            return _Piece(day=today, part="tonight"), at + 1
        if self._word(at) == "today":
            return _Piece(day=today), at + 1
        if self._word(at) == "this" and self._word(at + 1) in _PARTS:
            return _Piece(day=today, part=self._word(at + 1)), at + 2
        if self._has(at, "in", "the") and self._word(at + 2) in _PARTS:
            return _Piece(part=self._word(at + 2)), at + 3
        return (_Piece(part="night"), at + 2) if self._has(at, "at", "night") else None

    def _tomorrow(self, at: int) -> _Read:
        """Read "tomorrow", "this time tomorrow", "the day after tomorrow"."""
        tomorrow = self._now.date() + timedelta(days=1)
        start = self._skip(at, "the")
        if self._has(at, "this", "time", "tomorrow"):
            return _Piece(day=tomorrow, same_time=True), at + 3
        if self._has(start, "day", "after", "tomorrow"):
            return self._with_part(_Piece(day=tomorrow + timedelta(days=1)), start + 3)
        if self._word(at) == "tomorrow":
            return self._with_part(_Piece(day=tomorrow), at + 1)
        return None

    def _day_that_is_over(self, at: int) -> _Read:
        """Read "yesterday", "last night", "last monday": whoever keeps times can say it is over."""
        today = self._now.date()
        if self._word(at) == "yesterday":
            return self._with_part(_Piece(day=today - timedelta(days=1)), at + 1)
        if self._has(at, "last", "night"):
            return _Piece(day=today - timedelta(days=1), part="night"), at + 2
        if self._word(at) == "last" and self._word(at + 1) in _WEEKDAYS:
            back = (today.weekday() - _WEEKDAYS.index(self._word(at + 1))) % 7 or 7
            return self._with_part(_Piece(day=today - timedelta(days=back)), at + 2)
        return None

    def _weekday(self, at: int) -> _Read:
        start = self._skip(self._skip(at, "on"), "next", "this", "coming")
        word = self._word(start)
        if word not in _WEEKDAYS:
            return None
        ahead = (_WEEKDAYS.index(word) - self._now.weekday()) % 7 or 7
        day = self._now.date() + timedelta(days=ahead)
        return self._with_part(_Piece(day=day), start + 1)

    def _calendar_day(self, at: int) -> _Read:
        """Read "the fifteenth of march", "march fifteenth", "on the third"."""
        start = self._skip(at, "on")
        month = None
        if self._word(start) in _MONTHS:
            month = _MONTHS.index(self._word(start)) + 1
            found = self._ordinal(self._skip(start + 1, "the"))
        else:
            found = self._ordinal(self._skip(start, "the"))
        if found is None:
            return None
        number, after = found
        named = self._skip(after, "of")
        if month is None and self._word(named) in _MONTHS:
            month, after = _MONTHS.index(self._word(named)) + 1, named + 1
        if month is None and not self._has(at, "on", "the"):
            return None
        day = self._next_date(number, month)
        return self._with_part(_Piece(day=day), after) if day else None

    def _ordinal(self, at: int) -> tuple[int, int] | None:
        word = self._word(at)
        if word in ("twenty", "thirty"):
            unit = _ORDINALS.get(self._word(at + 1), 0)
            return (TENS[word] + unit, at + 2) if 0 < unit < 10 else None  # noqa: PLR2004
        return (_ORDINALS[word], at + 1) if word in _ORDINALS else None

    def _next_date(self, number: int, month: int | None) -> date | None:
        day = self._now.date()
        for _ in range(366):
            day += timedelta(days=1)
            if day.day == number and month in (None, day.month):
                return day
        return None

    def _with_part(self, piece: _Piece, at: int) -> tuple[_Piece, int]:
        if self._word(at) in _PARTS:
            return replace(piece, part=self._word(at)), at + 1
        if self._has(at, "in", "the") and self._word(at + 2) in _PARTS:
            return replace(piece, part=self._word(at + 2)), at + 3
        return piece, at

    # clock times --------------------------------------------------------------------------------

    def _clock_time(self, at: int) -> _Read:
        lead = self._word(at) in ("at", "by", "for", "from", "around", "about")
        start = self._skip(at + 1, *_ABOUT) if lead else at
        found = self._clock(start)
        if found is None:
            return None
        clock, after, plain = found
        half_day = self._half_day(clock, after)
        if half_day is not None:
            return half_day
        with_part = self._with_part(_Piece(clock=clock), after)
        if self._has(after, "at", "night"):
            with_part = _Piece(clock=clock, part="night"), after + 2
        strong = self._word(at) in ("at", "by") or not plain or with_part[1] > after
        return with_part if strong else None

    def _half_day(self, clock: _Clock, at: int) -> _Read:
        """Read "a m" or "p m" after a clock time."""
        word = self._word(at)
        if word in ("a", "p") and self._word(at + 1) == "m":
            word, at = word + "m", at + 1
        if word not in ("am", "pm") or clock.hour > _NOON:
            return None
        hour = clock.hour % _NOON + (_NOON if word == "pm" else 0)
        return self._with_part(_Piece(clock=_Clock(hour, clock.minute, sure=True)), at + 1)

    def _clock(self, at: int) -> tuple[_Clock, int, bool] | None:
        """Read a clock time; the flag says that it is a plain number, which may be no time."""
        word = self._word(at)
        if word in _NAMED:
            return _Clock(_NAMED[word].hour, 0, sure=True), at + 1, False
        if ":" in word:
            return self._digits(word, at)
        return self._past_or_to(at) or self._hour_and_minute(at)

    def _digits(self, word: str, at: int) -> tuple[_Clock, int, bool] | None:
        hour, _, minute = word.partition(":")
        if not (hour.isdigit() and minute.isdigit()):
            return None
        if int(hour) >= _HOURS or int(minute) >= _MINUTES:
            return None
        return _Clock(int(hour), int(minute), sure=hour.startswith("0")), at + 1, False

    def _past_or_to(self, at: int) -> tuple[_Clock, int, bool] | None:
        """Read "half past nine", "half seven", "twenty to five", "a quarter to eight"."""
        start = self._skip(at, "a")
        if self._word(start) in _FRACTIONS:
            minutes, after = int(_FRACTIONS[self._word(start)] * _MINUTES), start + 1
        else:
            number = self._number(at)
            if number is None:
                return None
            minutes, after = int(number[0]), self._skip(number[1], "minutes", "minute")
        word = self._word(after)
        british = self._word(start) == "half" and word not in ("past", "to")
        hour = self._number(after if british else after + 1)
        if word not in ("past", "to", "after", "till") and not british:
            return None
        if hour is None or not 1 <= hour[0] <= _NOON or minutes >= _MINUTES:
            return None
        if word in ("to", "till"):
            before = (int(hour[0]) - 1) or _NOON
            return _Clock(before, _MINUTES - minutes), self._skip(hour[1], "o'clock"), False
        return _Clock(int(hour[0]), minutes), self._skip(hour[1], "o'clock"), False

    def _hour_and_minute(self, at: int) -> tuple[_Clock, int, bool] | None:
        """Read "six", "six thirty", "seven oh five", "fifteen hundred", "six o'clock"."""
        early = self._word(at) in ("oh", "zero", "o")
        hour = self._number(at + 1 if early else at)
        if hour is None or not float(hour[0]).is_integer():
            return None
        said, after = int(hour[0]), hour[1]
        if said % 100 == 0 and 0 < said // 100 < _HOURS:
            return _Clock(said // 100, 0, sure=True), after, False
        if said >= _HOURS or said == 0:
            return None
        if self._word(after) in ("o'clock", "oclock"):
            return _Clock(said, 0, early), after + 1, False
        if self._word(after) == "hundred":
            return _Clock(said, 0, sure=True), self._skip(after + 1, "hours"), False
        minute, after = self._minute(after) or (0, after)
        return _Clock(said, minute, early), after, not (early or minute)

    def _minute(self, at: int) -> tuple[int, int] | None:
        if self._word(at) in ("oh", "o", "zero"):
            unit = UNITS.get(self._word(at + 1), 0)
            return (unit, at + 2) if 0 < unit < 10 else None  # noqa: PLR2004
        found = self._below_hundred(at)
        if found is None or not 10 <= found[0] < _MINUTES:  # noqa: PLR2004
            return None
        return (int(found[0]), found[1]) if _UNITS.get(self._word(found[1])) is None else None
