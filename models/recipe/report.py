"""How well a model hears, beside other recognisers, in one table and from scratch.

    python -m models.recipe.report --work WORK [--model DIR] [--speech-to-intent CHECKOUT]

Nothing is tuned here. What lacks its recordings says so, and the rest is measured. Progress is told
on stderr, the table is printed on stdout.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from models.recipe.measuring import telephone
from models.recipe.measuring.engines import Engine
from models.recipe.measuring.figures import Row, as_json, table
from models.recipe.measuring.sections import SECTIONS, SNRS_DB, Bench, NotMeasuredError
from voice import places
from voice.listening.audio_file import AudioFileError
from voice.listening.model import ModelError
from voice.models import EMBEDDED, OFFICIAL, list_models, shipped
from voice.vocabulary.errors import VocabularyError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step."""
    parser.add_argument("--model", type=Path, default=shipped() / EMBEDDED, help="a Vosk model")
    parser.add_argument("--split", choices=("test", "dev"), default="test", help="default: test")
    parser.add_argument("--quick", type=int, metavar="N", help="at most N recordings for each row")
    parser.add_argument("--alone", action="store_true", help="no other recogniser beside it")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="only this section")
    parser.add_argument(
        "--speech-to-intent", type=Path, help="checkout of Picovoice's speech-to-intent benchmark"
    )
    parser.add_argument(
        "--prompts", type=Path, help=f"core-sounds-en.txt (default: WORK/{telephone.TEXTS})"
    )
    parser.add_argument(
        "--sounds",
        type=Path,
        default=telephone.SOUNDS,
        help="folder of the prompts' recordings, WAV (default: that of Debian's package)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures here too")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="write the curve as a PNG")


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Measures and prints.

    Raises:
        SystemExit: the model cannot be used.
    """
    bench = Bench(
        work=work,
        models=_models(arguments),
        rivals=[] if arguments.alone else list(_rivals()),
        split=arguments.split,
        quick=arguments.quick,
        benchmark=arguments.speech_to_intent,
        sounds=arguments.sounds,
        texts=arguments.prompts,
    )
    _say(_about(bench))
    rows: list[Row] = []
    try:
        for name in arguments.only or SECTIONS:
            rows += _measured_and_told(name, bench)
    except ModelError as error:
        raise SystemExit(f"{error} {error.remedy}") from error
    _say(_confused(bench))
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(rows), indent=1) + "\n", encoding="utf-8")
    if arguments.picture and bench.curves:
        from models.recipe.measuring.picture import draw

        draw(bench.curves, SNRS_DB, arguments.picture)


def _models(arguments: argparse.Namespace) -> dict[str, Path]:
    """The model that is judged, then the official one where it is installed."""
    model: Path = arguments.model
    found = {model.resolve().name: model}
    if not arguments.alone:
        for listed in list_models(home=places.home()):
            if listed.name == OFFICIAL and listed.path and listed.path != model:
                found[OFFICIAL] = listed.path
    return found


def _rivals() -> Iterator[Engine]:
    try:
        from models.recipe.measuring.sphinx import Pocketsphinx
    except ImportError:
        sys.stderr.write("pocketsphinx is not installed: the extra `recipe` brings it\n")
        return
    yield Pocketsphinx()


def _measured_and_told(name: str, bench: Bench) -> list[Row]:
    """A section; it is printed at once, so that a run that is broken off was not for nothing."""
    try:
        rows = SECTIONS[name](bench)
    except (NotMeasuredError, VocabularyError, AudioFileError, OSError) as error:
        title = (SECTIONS[name].__doc__ or name).splitlines()[0].rstrip(".")
        rows = [Row(title, "not measured", note=str(error))]
    _say(table(rows, [*bench.models, *(rival.name for rival in bench.rivals)]))
    return rows


def _about(bench: Bench) -> Iterator[str]:
    judged = next(iter(bench.models.values()))
    yield f"Model {judged.name}, split {bench.split}."
    yield "Shares with their 95 % interval (Wilson); n is what they are counted over."
    if bench.quick is not None:
        yield f"A quick look: at most {bench.quick} recordings for each measurement."


def _confused(bench: Bench) -> Iterator[str]:
    if bench.confusions:
        yield "\nControl words that were not heard word for word:"
        yield from bench.confusions


def _say(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def main() -> None:
    """Runs this step by itself."""
    parser = argparse.ArgumentParser(prog="python -m models.recipe.report", description=__doc__)
    parser.add_argument(
        "--work", type=Path, default=Path("build/recipe"), help="the recipe's folder"
    )
    add_arguments(parser)
    arguments = parser.parse_args()
    run(arguments.work, arguments)


if __name__ == "__main__":
    main()
