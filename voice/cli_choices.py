"""The part of the command line that is about choices: `unknot config`, `unknot voices`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from voice import places, preferences
from voice.preferences import Value

NO = 1
"""The exit code of: it ran, and the answer is no."""

_NOT_FOR = frozenset({"config", "models", "pack", "voices"})
"""Commands whose options mean something else than a choice for good."""


def defaults_for(group: click.Group) -> dict[str, object]:
    """What was chosen for good, as click takes it: the defaults of the commands of a group.

    A choice that cannot be used is told on standard error and left out, as nobody on the floor
    is helped by an assistant that does not start.
    """
    chosen = preferences.read(places.config())
    for problem in chosen.problems:
        click.echo(f"unknot: {problem} It is left out.", err=True)
    return _defaults(group, chosen.values) if chosen.values else {}


def _defaults(command: click.Command, values: Mapping[str, Value]) -> dict[str, object]:
    if isinstance(command, click.Group):
        return {
            name: _defaults(one, values)
            for name, one in command.commands.items()
            if name not in _NOT_FOR
        }
    return {one.name: values[one.name] for one in command.params if one.name in values}


@click.command("config")
@click.argument("name", required=False)
@click.argument("value", required=False)
@click.option("--unset", is_flag=True, help="Take the choice NAME back.")
@click.option("--json", "as_json", is_flag=True, help="Print what was chosen as one JSON object.")
def config(*, name: str | None, value: str | None, unset: bool, as_json: bool) -> None:
    """Show or choose what holds from now on, unless an option says otherwise.

    Without NAME everything that can be chosen, and the file that keeps it.

    \b
    unknot config
    unknot config rate 140
    unknot config quiet 22:00-07:00
    unknot config --unset rate
    """
    file = places.config()
    name = None if name is None else name.replace("-", "_")
    if name is not None and (value is not None or unset):
        preferences.choose(file, name, None if unset else _typed(name, value or ""))
        return
    if unset:
        raise click.UsageError("Say which choice is to be taken back.")
    values = preferences.read(file).values
    if as_json:
        click.echo(json.dumps(dict(values), ensure_ascii=False))
    elif name is None:
        _show_all(file, values)
    elif name in values:
        click.echo(values[name])
    else:
        _explain(name)


def _typed(name: str, value: str) -> Value:
    """Text stays text where text is wanted, though it looks like a number: a device's."""
    known = preferences.PREFERENCES.get(name)
    wants_text = known is not None and isinstance(known.example, str)
    return value if wants_text else preferences.parsed(value)


def _show_all(file: Path, values: Mapping[str, Value]) -> None:
    click.echo(f"{file}{'' if file.exists() else ' (not there yet)'}")
    for name, preference in preferences.PREFERENCES.items():
        shown = preferences.in_toml(values[name]) if name in values else "-"
        click.echo(f"{name:10} {shown:20} {preference.about}")


def _explain(name: str) -> None:
    known = preferences.PREFERENCES.get(name)
    if known is None:
        raise click.UsageError(f"{name!r} is none of {', '.join(preferences.PREFERENCES)}.")
    click.echo(f"{name} was not chosen. {known.about}", err=True)
    click.get_current_context().exit(NO)


@click.command("bench")
@click.argument(
    "recordings", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw where the time goes (PNG, SVG or PDF), with Matplotlib.",
)
@click.option("--pack", metavar="PACK", help="A content pack: its folder, or its name.")
@click.option("--voice", metavar="ID", help="A voice that `unknot voices` lists.")
def bench(
    *,
    recordings: tuple[Path, ...],
    as_json: bool,
    plot: Path | None,
    pack: str | None,
    voice: str | None,
) -> None:
    """Say how fast it is on this machine, from the last word to the first sound of the answer.

    RECORDINGS are questions, one in each file; without them those of the pack are taken. Nothing
    is played. Sentences that are kept from earlier are quicker than what is told for the voice.

    \b
    unknot bench
    unknot bench question.wav --plot time.png
    """
    from voice.session import Rooms, Settings
    from voice.timing import STAGES, draw, questions, time_questions

    rooms = Rooms(Settings(pack=pack, voice=voice))
    timed = []
    if not as_json:
        click.echo(f"{'milliseconds':36}" + "".join(f"{name:>14}" for name in (*STAGES, "in all")))
    for one in time_questions(rooms, recordings or questions(rooms)):
        timed.append(one)
        if as_json:
            stages = dict(zip(STAGES, one.stages, strict=True))
            row = {"question": one.question, **stages, "total": one.total, "cpu": one.computed}
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            numbers = (*one.stages, one.total)
            shown = "".join(f"{1000 * seconds:14.0f}" for seconds in numbers)
            click.echo(f"{one.question or '(nothing heard)':36.36}{shown}")
    if plot is not None and timed:
        draw(timed, plot)


@click.group("voices", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Those of other languages, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_context
def voices(ctx: click.Context, *, everything: bool, as_json: bool) -> None:
    """Show which voices can speak, play them, and choose one for good.

    Voices that sound more like people come with the extra `natural`: see docs/voices.md.

    \b
    unknot voices
    unknot voices play gmw/en-us gmw/en
    unknot voices use gmw/en
    """
    if ctx.invoked_subcommand is not None:
        return
    from voice.auditions import known_voices
    from voice.speaking.voices import all_voices

    chosen = preferences.read(places.config()).values.get("voice")
    for voice in all_voices() if everything else known_voices(()):
        used = voice.usual if chosen is None else voice.id == chosen
        if as_json:
            click.echo(json.dumps({**asdict(voice), "used": used}, ensure_ascii=False))
        else:
            mark = "*" if used else " "
            click.echo(f"{mark} {voice.id:24} {voice.language:16} {voice.name}")


@voices.command("play")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--device", metavar="NAME", help="The loudspeaker by name or number.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the sample of one voice as a WAV file instead.",
)
def voices_play(*, ids: tuple[str, ...], device: str | None, out: Path | None) -> None:
    """Let voices say something; without ID each of the pack's language.

    \b
    unknot voices play
    unknot voices play piper/joe-us
    unknot voices play gmw/en --out sample.wav
    """
    from voice.auditions import known_voices, play, sample
    from voice.speaking.speech import write_wav

    if out is not None:
        if len(ids) != 1:
            raise click.UsageError("Give the ID of one voice with --out.")
        (voice,) = known_voices(ids)
        write_wav(out, sample(voice.id))
        return
    for voice in known_voices(ids):
        click.echo(f"{voice.id:24} {voice.name}")
        play(sample(voice.id), device)


@voices.command("clearest")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--model", type=click.Path(path_type=Path), help="A folder with a Vosk model that listens."
)
@click.pass_context
def voices_clearest(ctx: click.Context, *, ids: tuple[str, ...], model: Path | None) -> None:
    """Find the clearest voice and speak with it from now on; takes a few minutes.

    Each voice says the article, and the recogniser writes down what it hears. The usual voice
    stays unless another is clearer beyond chance (exit code 1 then). IDs are compared with the
    usual one; without them those of the pack's language.

    \b
    unknot voices clearest
    unknot voices clearest gmw/en-us piper/joe-us
    """
    from voice.auditions import known_voices
    from voice.clarity import clearest, measure
    from voice.knowledge import load_pack
    from voice.screen.waiting import waiting
    from voice.session import Settings, open_model

    usual = next(voice for voice in known_voices((), "") if voice.usual)
    others = [voice for voice in known_voices(ids) if voice != usual]
    ears = open_model(Settings(model=model))
    with waiting("voices") as progress:
        measured = measure([usual, *others], load_pack(places.pack()), ears, progress)
    best = clearest(measured[0], measured[1:])
    for one in sorted(measured, key=lambda one: one.share):
        mark = "*" if one is best else " "
        click.echo(f"{mark} {one.voice.id:24} {100 * one.share:5.1f} % of the words heard wrong")
    if best.voice == usual:
        click.echo("None is clearer than the usual one beyond chance, so that stays.", err=True)
        ctx.exit(NO)
    preferences.choose(places.config(), "voice", best.voice.id)
    click.echo(f"{best.voice.id} speaks from now on.", err=True)


@voices.command("use")
@click.argument("voice_id", metavar="ID")
def voices_use(*, voice_id: str) -> None:
    """Speak with a voice from now on; a natural one says everything once, to be quick later.

    \b
    unknot voices use gmw/en
    unknot voices use piper/joe-us
    """
    from voice.auditions import known_voices, rehearse
    from voice.screen.waiting import waiting

    (voice,) = known_voices([voice_id])
    with waiting("rehearsal") as progress:
        rehearse(voice.id, progress)
    preferences.choose(places.config(), "voice", voice.id)
    click.echo(f"{voice.id} speaks from now on.")
