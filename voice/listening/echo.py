"""The text of what is being said, as a filter for its echo in the microphone."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

ECHO_SHARE = 0.6
"""Share of the heard words that must follow each other in what is being said.

An echo is recognised with errors, so it cannot be 1; a request that happens to
share words with the article ("read the heat section" while heat is being read)
keeps words that are not being said.
"""


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def is_echo(heard: str, saying: str) -> bool:
    """Tell whether `heard` is (part of) `saying`, picked up from the loudspeaker.

    Args:
        heard: What the recogniser made of the microphone.
        saying: The sentence that the product's own voice is saying, or has just said.
    """
    words, said = _words(heard), _words(saying)
    if not words or not said:
        return False
    matcher = SequenceMatcher(a=words, b=said, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks())
    return shared / len(words) >= ECHO_SHARE


def moments(heard: str, saying: str) -> tuple[float, ...]:
    """Where in a sentence the first heard word is said: shares of its length, 0 to 1.

    A word is taken to last as long as its letters; that is right to about a
    second in a sentence of ten.
    """
    words, said = _words(heard), _words(saying)
    if not words or not said:
        return ()
    letters = [len(word) + 1 for word in said]
    return tuple(
        sum(letters[:place]) / sum(letters) for place, word in enumerate(said) if word == words[0]
    )
