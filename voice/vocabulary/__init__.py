"""The words that the embedded model can hear: how they sound, and the graph that finds them.

Vosk reads a graph in two halves: `HCLr.fst`, from sound to words, and `Gr.fst`, how likely
words follow each other. This room writes both without OpenFst's tools, in seconds, so that
words can be added on anybody's machine.
"""

from voice.vocabulary.errors import VocabularyError, WordError
from voice.vocabulary.graph import Settings, build_graph
from voice.vocabulary.language import Language, estimate
from voice.vocabulary.lexicon import Lexicon

__all__ = [
    "Language",
    "Lexicon",
    "Settings",
    "VocabularyError",
    "WordError",
    "build_graph",
    "estimate",
]
