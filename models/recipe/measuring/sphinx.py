"""pocketsphinx with the English model that its package brings (Carnegie Mellon, BSD licence)."""

from __future__ import annotations

import pocketsphinx

from models.recipe.measuring.engines import Ear, Grammar
from models.recipe.measuring.figures import RIVAL
from voice.listening.sound import Samples


class Pocketsphinx:
    """Each recording is given to it whole, so that its cepstral mean is the recording's own."""

    name = RIVAL

    def __init__(self) -> None:
        pocketsphinx.set_loglevel("FATAL")
        self._free = pocketsphinx.Decoder()

    def free(self) -> Ear:
        """An ear for anything that is said, with the package's own language model."""
        return _ear(self._free)

    def bound(self, grammar: Grammar) -> Ear:
        """An ear for a grammar.

        Raises:
            RuntimeError: a word of the grammar is not in its dictionary.
        """
        decoder = pocketsphinx.Decoder(lm=None)
        decoder.add_jsgf_string("bound", grammar.jsgf)
        decoder.activate_search("bound")
        return _ear(decoder)

    def missing(self, phrase: str) -> tuple[str, ...]:
        """Words of the phrase that are not in its dictionary."""
        return tuple(word for word in phrase.split() if self._free.lookup_word(word) is None)


def _ear(decoder: pocketsphinx.Decoder) -> Ear:
    def hear(samples: Samples) -> str:
        decoder.start_utt()
        decoder.process_raw(samples.tobytes(), no_search=False, full_utt=True)
        decoder.end_utt()
        heard = decoder.hyp()
        return heard.hypstr if heard else ""

    return hear
