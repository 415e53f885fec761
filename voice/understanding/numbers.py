"""English number words, both ways."""

from __future__ import annotations

UNITS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_WORDS = {number: word for word, number in (UNITS | TENS).items()}
_TOO_MANY = 1000


def number_in_words(number: int) -> str:
    """Write a number from 0 to 999 as it is spoken: 25 is "twenty five".

    Raises:
        ValueError: The number is outside that range.
    """
    if not 0 <= number < _TOO_MANY:
        raise ValueError(f"{number} is outside 0 to {_TOO_MANY - 1}.")
    hundreds, rest = divmod(number, 100)
    words = [_WORDS[hundreds], "hundred"] if hundreds else []
    if rest in _WORDS and (rest or not hundreds):
        words.append(_WORDS[rest])
    elif rest:
        words += [_WORDS[rest // 10 * 10], _WORDS[rest % 10]]
    return " ".join(words)
