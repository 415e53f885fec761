"""The command line: the doors that need no screen.

Click reads it: the usual library, typed, with help that can show examples.
Each command imports the rooms it uses when it runs, so that help is instant.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from voice import __version__, places
from voice.cli_choices import bench, config, defaults_for, voices
from voice.preferences import FASTEST, SLOWEST, PreferenceError, is_country

if TYPE_CHECKING:
    from voice.assistant import Assistant
    from voice.events import Request
    from voice.history import History
    from voice.screen import View
    from voice.session import Rooms, Show

NO = 1
"""It ran, and the answer is no."""
WRONG_USAGE = 2
MACHINE_LACKS = 3

_DEBUG = "UNKNOT_DEBUG"
"""The variable that lets a fault show where it happened."""

_ONLY_THE_USER = 0o077
"""File rights that are taken from everybody else, for whatever is written."""

SILENCE_ENDS = 30.0
"""Seconds without a word after which a session that is for one thing alone ends."""

SCREEN_PORT = 5668
"""The letters of "knot" on the keys of a telephone."""

HISTORY_IS_OFF = "The history is off: unknot history --on keeps one."
WEEKS_DRAWN = 8
"""How far back `unknot history --plot` looks."""


class _ListensByDefault(click.Group):
    """Without a command, `unknot` listens; options alone belong to `listen` too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"-h", "--help", "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["listen", *args]
        ctx.default_map = defaults_for(self)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        os.umask(_ONLY_THE_USER)
        with _one_sentence(ctx):
            return super().invoke(ctx)


@contextmanager
def _one_sentence(ctx: click.Context) -> Iterator[None]:
    """Turn what the rooms raise into one sentence, its remedy and the exit code."""
    try:
        yield
    except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
        raise  # Click ends in silence where nobody reads any more, as `head` does.
    except OSError as error:
        click.echo(f"unknot: {_os_error(error)}", err=True)
        ctx.exit(MACHINE_LACKS)
    except Exception as error:
        remedy = getattr(error, "remedy", None)
        if isinstance(remedy, str):
            click.echo(f"unknot: {error} {remedy}", err=True)
            ctx.exit(WRONG_USAGE if _is_bad_input(error) else MACHINE_LACKS)
        if os.environ.get(_DEBUG):
            raise
        click.echo(
            f"unknot: this is a fault of ours ({type(error).__name__}: {error}); run the same "
            f"command with {_DEBUG}=1 before it, and report what it prints.",
            err=True,
        )
        ctx.exit(NO)


def _os_error(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}. Look at its place, its rights and the free space."


def _is_bad_input(error: Exception) -> bool:
    from voice.knowledge import PackError
    from voice.listening.sources import AudioFileError
    from voice.reminders.daemon import QuietHoursError
    from voice.reminders.ical import CalendarError
    from voice.understanding import TemplateError
    from voice.vocabulary import WordError

    return isinstance(
        error,
        PackError
        | AudioFileError
        | TemplateError
        | CalendarError
        | PreferenceError
        | QuietHoursError
        | WordError,
    )


def _print_json(row: dict[str, object]) -> None:
    click.echo(json.dumps(row, ensure_ascii=False))
    sys.stdout.flush()


def _device(name: str | None) -> str | int | None:
    return int(name) if name is not None and name.isdigit() else name


def _both_devices(names: str | None) -> tuple[str | int | None, str | int | None]:
    """Microphone and loudspeaker of a --device; one name is that of both."""
    microphone, _, loudspeaker = (names or "").partition(",")
    return _device(microphone or None), _device(loudspeaker or microphone or None)


_pack = click.option("--pack", metavar="PACK", help="A content pack: its folder, or its name.")
_model = click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="A folder with a Vosk model, instead of the one that `unknot models` shows.",
)
_rate = click.option(
    "--rate",
    type=click.IntRange(SLOWEST, FASTEST),
    metavar="WPM",
    help="How fast it speaks, in words per minute (about 165).",
)
_volume = click.option(
    "--volume",
    type=click.IntRange(0, 100),
    default=100,
    show_default=True,
    metavar="PERCENT",
    help="How loud it speaks.",
)
_voice = click.option("--voice", metavar="ID", help="A voice that `unknot voices` lists.")


def _checked_country(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not is_country(value):
        raise click.BadParameter(f"{value!r} is not two letters, such as GB.")
    return value


_country = click.option(
    "--country",
    metavar="CODE",
    callback=_checked_country,
    help="Where you are, two letters such as GB: whose emergency number is named.",
)
_port = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=SCREEN_PORT,
    show_default=True,
    help="Where the page of the screen is served on this machine; 0 chooses one that is free.",
)


@click.group(
    cls=_ListensByDefault,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="unknot")
def main() -> None:
    """A hands-free, offline voice that helps with a knot in the back.

    Without a command it listens on the microphone and answers aloud.

    \b
    unknot                              talk with it
    unknot listen --text                type instead of speaking
    unknot ask "how do I stretch my back"
    unknot doctor                       what works on this machine, and what does not

    Nothing that is said leaves this machine.

    Exit codes: 0 done; 1 it ran and the answer is no; 2 wrong usage; 3 something this machine
    lacks, with the remedy on standard error.
    """


def _talk(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that talks with somebody."""
    options = [
        click.option("--text", is_flag=True, help="Type instead of speaking; answers are printed."),
        click.option(
            "--device",
            metavar="NAME",
            help="Microphone and loudspeaker by name or number; MICROPHONE,LOUDSPEAKER for two.",
        ),
        _model,
        _pack,
        _rate,
        _volume,
        _voice,
        _country,
        click.option(
            "--wake/--no-wake",
            default=False,
            show_default=True,
            help='Wait for the wake phrase ("hey captain stretch") while nobody talks with it.',
        ),
        click.option(
            "--barge-in/--no-barge-in",
            default=True,
            show_default=True,
            help="Listen while it speaks. Turn it off where the loudspeaker drowns the microphone.",
        ),
        click.option(
            "--plain", is_flag=True, help="Lines instead of a live view, for screen readers."
        ),
        click.option("--screen", is_flag=True, help="Serve a page to glance at, on this machine."),
        _port,
    ]
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@_talk
def listen(**options: Any) -> None:
    """Talk with it: the hands-free assistant on the microphone and the loudspeaker.

    Say "how do I stretch my back", "what are my options", "read the heat section", "how long
    does it take", or "help". While it speaks: "wait", "go on", "next", "back", "again",
    "slower", "louder", "stop". When it is silent, "stop" ends the session.

    \b
    unknot listen
    unknot listen --device "USB headset"
    unknot listen --rate 140 --volume 60
    unknot listen --screen                  and a page to see from the floor
    printf 'what are my options\\n' | unknot listen --text
    """
    _converse(opening=None, **options)


@main.command()
@click.argument("routine", required=False)
@click.option("--once", is_flag=True, help="End when the stretch is over, and nobody says more.")
@_talk
def stretch(*, routine: str | None, once: bool, **options: Any) -> None:
    """Start the guided stretch straight away: paced, hands-free, counted aloud.

    Without ROUTINE all of them, with the way down to the floor and up again. While it goes on,
    say "wait", "go on", "longer", "shorter", "skip this side", "how much longer", "it hurts",
    "stop". A session that broke off is offered to be gone on with.

    \b
    unknot stretch
    unknot stretch knees_to_chest
    unknot stretch overhead_reach --rate 140
    unknot stretch --screen
    """
    from voice.events import Request

    slots = {} if routine is None else {"routine": routine}
    _converse(opening=Request("start_stretch", slots), once=once, **options)


def _converse(
    *,
    opening: Request | None,
    once: bool = False,
    text: bool,
    device: str | None,
    model: Path | None,
    pack: str | None,
    rate: int | None,
    volume: int,
    voice: str | None,
    country: str | None,
    wake: bool,
    barge_in: bool,
    plain: bool,
    screen: bool,
    port: int,
) -> None:
    from voice.session import Rooms, Settings

    microphone, loudspeaker = _both_devices(device)
    settings = Settings(
        pack=pack,
        model=model,
        microphone=microphone,
        loudspeaker=loudspeaker,
        rate=rate,
        volume=volume / 100,
        voice=voice,
        wake=wake,
        barge_in=barge_in,
        country=country,
    )
    rooms = Rooms(settings)
    _check_routine(rooms, opening)
    page = port if screen else None
    with suppress(KeyboardInterrupt):  # as good an end as a spoken one
        if text:
            _type(rooms, opening, plain=plain, page=page)
        else:
            _speak(rooms, opening, once=once, plain=plain, page=page)


def _type(rooms: Rooms, opening: Request | None, *, plain: bool, page: int | None) -> None:
    from voice.screen import PlainView, TypedView, sentence
    from voice.screen.board import Board
    from voice.session import TypedSession

    console, interactive = Console(), sys.stdin.isatty()
    if interactive and _repaints(console) and not plain:
        typed = TypedView(console, Board(rooms.pack, hears=False))
        view: View = typed
        lines: Iterable[str] = typed.lines()
    else:
        view, lines = PlainView(console, sentence), sys.stdin
    with _shown(rooms, view, page, hears=False) as show:
        TypedSession(rooms, show, lines, interactive=interactive, opening=opening).run()


def _speak(
    rooms: Rooms, opening: Request | None, *, once: bool, plain: bool, page: int | None
) -> None:
    from voice.screen import LiveView, PlainView
    from voice.screen.board import Board
    from voice.screen.coming import coming
    from voice.session import ListeningSession

    console = Console()
    view: View = PlainView(console)
    if _repaints(console) and not plain:
        view = LiveView(
            console,
            Board(rooms.pack, hears=True),
            title=rooms.pack.name,
            coming=lambda: coming(rooms.reminders),
        )
    ends_after = SILENCE_ENDS if once else None
    with _shown(rooms, view, page, hears=True) as show:
        ListeningSession(rooms, show, opening, ends_after=ends_after).run()


def _repaints(console: Console) -> bool:
    return console.is_terminal and not console.is_dumb_terminal


@contextmanager
def _shown(rooms: Rooms, view: View, page: int | None, *, hears: bool) -> Iterator[Show]:
    """Show what happens in the terminal, and on a page of that port as well; None: on none."""
    with _shown_too(rooms, view.show, page, hears=hears, note=view.note) as show:
        page_looks = rooms.look

        def look(assistant: Assistant) -> None:
            page_looks(assistant)
            view.look(assistant)

        rooms.look = look
        with view:
            yield show


def _note(line: str) -> None:
    click.echo(line, err=True)


@contextmanager
def _shown_too(
    rooms: Rooms,
    show: Show,
    port: int | None,
    *,
    hears: bool,
    note: Callable[[str], None] = _note,
) -> Iterator[Show]:
    """Show what happens on a page as well, and note where; None: there is no page."""
    if port is None:
        yield show
        return
    from voice.screen.web import open_screen

    with open_screen(rooms, show, port=port, hears=hears) as (show_both, address):
        note(f"unknot: the screen is at {address}")
        yield show_both


@main.command()
@click.option("--silent", is_flag=True, help="Only show what would be spoken.")
@click.option("--device", metavar="NAME", help="The loudspeaker by name or number.")
@_port
@_pack
@_rate
@_volume
@_voice
@_country
def screen(
    *,
    silent: bool,
    device: str | None,
    port: int,
    pack: str | None,
    rate: int | None,
    volume: int,
    voice: str | None,
    country: str | None,
) -> None:
    """Serve the screen alone: no microphone, the page's buttons and keys ask instead.

    What it says is spoken aloud and lit on the page; without a loudspeaker it is only shown, as
    with --silent. The page is for the browsers of this machine. Ctrl+C ends it.

    \b
    unknot screen
    unknot screen --silent
    """
    from voice.screen.silent import ScreenSession
    from voice.session import Rooms, Settings

    settings = Settings(
        pack=pack,
        loudspeaker=_device(device),
        rate=rate,
        volume=volume / 100,
        voice=voice,
        country=country,
    )
    rooms = Rooms(settings)
    with _shown_too(rooms, lambda _: None, port, hears=False) as show:
        ScreenSession(rooms, show, silent=silent).run()


def _check_routine(rooms: Rooms, opening: Request | None) -> None:
    routine = opening.slots.get("routine") if opening is not None else None
    if routine is not None and routine not in rooms.pack.routines:
        raise click.BadParameter(
            f"{routine!r} is none of {', '.join(rooms.pack.routines)}.", param_hint="ROUTINE"
        )


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--wipe", is_flag=True, help="Forget all of it.")
@click.option("--on/--off", "on", default=None, help="Keep a history from now on, or none.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the minutes a day of the last weeks (PNG, SVG or PDF), with Matplotlib.",
)
def history(*, as_json: bool, wipe: bool, on: bool | None, plot: Path | None) -> None:
    """Show what was stretched and when; it is kept on this machine alone.

    \b
    unknot history
    unknot history --json
    unknot history --plot minutes.png
    unknot history --off
    unknot history --wipe
    """
    from voice.session import history as kept

    past = kept()
    if on is not None:
        past.switch(on)
        click.echo(f"The history is {'on' if on else 'off'}.", err=True)
    if wipe:
        click.echo(f"{_counted(past.wipe(), 'session')} forgotten.", err=True)
    if plot is not None:
        _draw_history(past, plot)
    elif on is None and not wipe:
        _show_history(past, as_json=as_json)


@main.command()
@click.option("--yes", is_flag=True, help="Do not ask first.")
def forget(*, yes: bool) -> None:
    """Wipe the reminders, the history and the cache; models and added words stay.

    \b
    unknot forget
    unknot forget --yes
    """
    from voice.forgetting import forget as wipe

    home = places.home()
    if not yes:
        click.confirm(
            f"Wipe the reminders, the history and the cache in {home}?", abort=True, err=True
        )
    wiped = wipe(home)
    click.echo(f"Forgotten: {', '.join(wiped)}." if wiped else "Nothing was kept.", err=True)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _draw_history(past: History, file: Path) -> None:
    from voice.history import minutes_by_day, streak
    from voice.history.plot import FORMATS, draw

    if file.suffix[1:].lower() not in FORMATS:
        raise click.BadParameter(f"{file} is none of {', '.join(FORMATS)}.", param_hint="--plot")
    sessions, today = past.sessions(), date.today()
    minutes = minutes_by_day(sessions, WEEKS_DRAWN, today)
    if not any(minutes.values()):
        nothing = f"Nothing to draw: no stretch was kept in the last {WEEKS_DRAWN} weeks."
        click.echo(nothing if past.on else HISTORY_IS_OFF, err=True)
        click.get_current_context().exit(NO)
    days = streak((session.began.date() for session in sessions), today)
    total = _counted(round(sum(minutes.values())), "minute")
    said = f"{total} in the last {WEEKS_DRAWN} weeks, {_counted(days, 'day')} in a row"
    draw(minutes, said, file)
    click.echo(f"{file}: {said}.", err=True)


def _show_history(past: History, *, as_json: bool) -> None:
    from voice.history import streak

    sessions = past.sessions()
    if as_json:
        for session in sessions:
            _print_json({**asdict(session), "began": session.began.isoformat(timespec="seconds")})
        return
    if not past.on:
        click.echo(HISTORY_IS_OFF)
        return
    for session in sessions:
        end = "" if session.completed else ", broken off"
        click.echo(
            f"{session.began:%Y-%m-%d %H:%M}  {session.routine:16} {session.minutes:4.1f} minutes, "
            f"{session.holds} holds{end}"
        )
    days = streak((session.began.date() for session in sessions), date.today())
    click.echo(f"{_counted(len(sessions), 'session')}, {_counted(days, 'day')} in a row.")


@main.command()
@click.argument("text", required=False)
@click.option("--wav", type=click.Path(path_type=Path), help="A recorded question: WAV, FLAC, OGG.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the spoken answer here (WAV).")
@click.option("--say", is_flag=True, help="Speak the answer on the loudspeaker.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_model
@_pack
@_rate
@_volume
@_voice
@_country
def ask(
    *,
    text: str | None,
    wav: Path | None,
    out: Path | None,
    say: bool,
    as_json: bool,
    model: Path | None,
    pack: str | None,
    rate: int | None,
    volume: int,
    voice: str | None,
    country: str | None,
) -> None:
    """Ask one question, typed or recorded, and get one answer.

    \b
    unknot ask "how do I stretch my back"
    unknot ask "read the heat section" --say
    unknot ask --wav question.wav --out answer.wav
    unknot ask --json "can knots be prevented"
    """
    from voice.session import Rooms, Settings, answer, hear_question

    if (text is None) == (wav is None):
        raise click.UsageError("Ask with TEXT or with --wav FILE, one of them.")
    if out is not None and say:
        raise click.UsageError("Choose --say or --out, one of them.")
    rooms = Rooms(
        Settings(
            pack=pack,
            model=model,
            rate=rate,
            volume=volume / 100,
            voice=voice,
            loudspeaker=None,
            country=country,
        )
    )
    question = hear_question(rooms, wav) if wav is not None else str(text)
    answered = answer(rooms, question, out=out, say=say)
    if as_json:
        _print_json(
            {
                "heard": answered.heard,
                **_understood(answered.request),
                "said": " ".join(answered.said),
                "out": str(out) if out is not None else None,
            }
        )
    else:
        _print_answer(answered.heard, answered.request, answered.said, out, spoken=wav is not None)
    if answered.request.intent == "none":
        click.get_current_context().exit(NO)


def _understood(request: Request) -> dict[str, object]:
    return {
        "intent": request.intent,
        "slots": dict(request.slots),
        "score": round(request.score, 3),
    }


def _print_answer(
    heard: str, request: Request, said: tuple[str, ...], out: Path | None, *, spoken: bool
) -> None:
    from voice.screen import describe

    if spoken:
        click.echo(f"heard       {heard or '(nothing for me)'}", err=True)
        click.echo(f"understood  {describe(request)}", err=True)
    for sentence in said:
        click.echo(sentence)
    if out is not None:
        click.echo(f"written     {out}", err=True)


@main.command()
@click.argument(
    "recordings", metavar="A.wav ...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@_model
def transcribe(*, recordings: tuple[Path, ...], as_json: bool, model: Path | None) -> None:
    """Print what the recogniser hears in recordings, whatever they are about.

    WAV, FLAC or OGG, any sample rate, any number of channels, any length.

    \b
    unknot transcribe question.wav
    unknot transcribe --json *.flac
    """
    from voice.listening.transcription import transcribe as hear_all
    from voice.screen.waiting import waiting
    from voice.session import Settings, open_model

    loaded = open_model(Settings(model=model))
    heard_any = False
    for recording in recordings:
        with waiting(recording.name) as progress:
            transcript = hear_all(recording, loaded, progress=progress)
        heard_any = heard_any or bool(transcript.text)
        if as_json:
            _print_json(asdict(transcript))
        else:
            click.echo(transcript.text)
    if not heard_any:
        click.get_current_context().exit(NO)


@main.command()
@click.option("--explain", is_flag=True, help="Add the layer that decided, and why.")
@_pack
def understand(*, explain: bool, pack: str | None) -> None:
    """Read one sentence a line from standard input; write one JSON object a line, in order.

    \b
    echo "what are my options" | unknot understand
    unknot understand --explain < sentences.txt
    """
    from voice.session import Rooms, Settings

    understanding = Rooms(Settings(pack=pack)).understanding
    for line in sys.stdin:
        text = line.rstrip("\r\n")
        request = understanding.understand(text)
        row = {"text": text, **_understood(request)}
        if explain:
            row |= {"layer": request.layer, "reason": request.reason}
        _print_json(row)


@main.group(invoke_without_command=True)
@click.pass_context
def models(ctx: click.Context) -> None:
    """Show which recognition models there are, where they come from, and which is used.

    \b
    unknot models
    unknot models install small-en-us
    unknot models add-words zorbling     words that the embedded model shall hear
    unknot models verify
    """
    if ctx.invoked_subcommand is not None:
        return
    from voice.models import find_model, list_models

    for row in list_models(home=places.home()):
        mark = "*" if row.used else " "
        click.echo(f"{mark} {row.name:14} {row.about} {row.licence}; {row.source}")
        click.echo(f"  {'':14} {row.path or f'not here: unknot models install {row.name}'}")
    click.echo(f"* is used: {find_model(home=places.home()).why}")


@models.command("install")
@click.argument("name")
def models_install(*, name: str) -> None:
    """Download a model, check it, and use it from then on.

    The one thing unknot ever fetches, and only on this command. A broken download goes on where
    it broke.

    \b
    unknot models install small-en-us
    """
    from voice.models import install
    from voice.screen.waiting import waiting

    with waiting(name) as progress:
        installed = install(name, home=places.home(), progress=progress)
    click.echo(f"{name} is installed in {installed} and will be used from now on.")


@models.command("verify")
def models_verify() -> None:
    """Check every file of the models on this machine against its SHA-256."""
    from voice.models import verify

    checks = verify(home=places.home())
    for check in checks:
        click.echo(f"{check.state:8} {check.model}/{check.file}")
    if any(check.state != "whole" for check in checks):
        click.echo(
            "unknot: run `unknot models install NAME` to fetch it anew, "
            "`unknot models add-words` for the one with your words.",
            err=True,
        )
        click.get_current_context().exit(NO)


@models.command("add-words")
@click.argument("words", metavar="[WORD ...]", nargs=-1)
@click.option("--pack", metavar="PACK", help="Every word of this pack that is not known.")
@click.option(
    "--sounds",
    metavar='"WORD=PH PH ..."',
    multiple=True,
    help="How a word sounds, in ARPAbet phones; for a known word one more way to say it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def models_add_words(
    *, words: tuple[str, ...], pack: str | None, sounds: tuple[str, ...], as_json: bool
) -> None:
    """Let the embedded model hear words that it does not know. Takes seconds; nothing is trained.

    How they sound is told from their letters, as the voice would say them. Without a word it
    builds the model anew with the words that were added before.

    \b
    unknot models add-words zorbling
    unknot models add-words --sounds "zorbling=Z AO R B L IH NG"
    unknot models add-words --pack my-pack
    """
    from voice.own_words import add_words, words_added, words_of_pack

    from_pack = words_of_pack(places.pack(pack)) if pack is not None else []
    given = [_word_and_sounds(text) for text in sounds]
    results = add_words([*words, *from_pack], given, home=places.home())
    if not results and not words_added(home=places.home()):
        raise click.UsageError("Give words, --pack or --sounds.")
    for result in results:
        said = [" ".join(phones) for phones in result.sounds]
        if as_json:
            _print_json({"word": result.word, "state": result.state, "sounds": said})
        elif result.state == "added" or result.word not in from_pack:
            click.echo(f"{result.state:6} {result.word:16} {', '.join(said)}")
    added = sum(result.state == "added" for result in results)
    _tell_which_model(f"{_counted(added, 'word')} added" if results else "built anew")


def _word_and_sounds(text: str) -> tuple[str, tuple[str, ...]]:
    from voice.vocabulary.lexicon import parse_phones, parse_word

    word, _, phones = text.partition("=")
    return parse_word(word), parse_phones(phones.split())


def _tell_which_model(done: str) -> None:
    from voice.models import EMBEDDED, WITH_WORDS, find_model

    used = find_model(home=places.home())
    click.echo(f"unknot: {done}. {used.why}", err=True)
    if used.name not in {EMBEDDED, WITH_WORDS}:
        click.echo(f"unknot: only {EMBEDDED} takes words, and {used.name} is used.", err=True)


@models.command("remove-words")
@click.argument("words", metavar="[WORD ...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Go back to the embedded model as it is.")
def models_remove_words(*, words: tuple[str, ...], everything: bool) -> None:
    """Take words back that were added.

    \b
    unknot models remove-words zorbling
    unknot models remove-words --all
    """
    from voice.own_words import remove_all_words, remove_words

    if bool(words) == everything:
        raise click.UsageError("Give words or --all, one of them.")
    strange = [] if everything else remove_words(words, home=places.home())
    if strange:
        click.echo(f"unknot: {', '.join(strange)}: never added; nothing is changed.", err=True)
        click.get_current_context().exit(NO)
    if everything:
        remove_all_words(home=places.home())
    _tell_which_model("taken back")


main.add_command(bench)
main.add_command(config)
main.add_command(voices)


@main.group("pack")
def pack_group() -> None:
    """Look after content packs."""


@pack_group.command("check")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def pack_check(*, folder: Path) -> None:
    """Check a content pack; name each mistake with its file and line.

    \b
    unknot pack check prompts/knot-in-your-back
    """
    from voice.knowledge import check_pack
    from voice.reminders import check_wording
    from voice.understanding import TemplateError, Understanding

    problems = [str(problem) for problem in check_pack(folder) or check_wording(folder)]
    if not problems:
        try:
            Understanding(folder)
        except TemplateError as error:
            problems = [str(error)]
    for problem in problems:
        click.echo(problem)
    if problems:
        click.get_current_context().exit(NO)
    click.echo(f"{folder}: nothing to mend.")


@main.command()
@click.option("--voices", is_flag=True, help="List the voices that --voice takes, and end.")
@click.option("--device", metavar="NAME", help="As `unknot listen` takes it.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write what was found, without anything private, to be sent with a bug report.",
)
def doctor(*, voices: bool, device: str | None, report: Path | None) -> None:
    """Say what works and what does not on this machine, and the command that mends it.

    Looks at the microphone, the loudspeaker, the clock, the data folder, the temporary files, the
    model, the recogniser and the voice, and whether an assistant is listening.

    \b
    unknot doctor
    unknot doctor --device "USB headset"
    unknot doctor --report doctor.txt
    """
    from voice.doctor import examine, list_voices
    from voice.doctor_report import write_report

    if voices:
        for voice in list_voices():
            click.echo(f"{voice.id:32} {voice.language:10} {voice.name}")
        return
    findings = []
    microphone, loudspeaker = _both_devices(device)
    for finding in examine(microphone, loudspeaker):
        findings.append(finding)
        mark = "ok " if finding.ok else "NO "
        click.echo(f"{mark} {finding.part:15} {finding.what}")
        if finding.remedy:
            click.echo(f"    {'':15} {finding.remedy}")
    if report is not None:
        write_report(report, findings)
        click.echo(f"unknot: {report} holds no words, names or folders of yours.", err=True)
    if not all(finding.ok for finding in findings):
        click.get_current_context().exit(NO)


@main.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder for the spoken answers, instead of one in the data folder.",
)
@_model
@_pack
def demo(*, into: Path | None, model: Path | None, pack: str | None) -> None:
    """Show it on recordings, where there is no microphone or loudspeaker.

    Each recorded question goes through the recogniser; what was heard, understood and said is
    printed, and the spoken answer is written as a WAV file.
    """
    from voice.screen import describe
    from voice.session import Rooms, Settings, answer, hear_question

    folder = into or places.home() / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    questions = sorted((places.pack(pack) / "examples").glob("*.flac"))
    click.echo(f"Recorded questions and their spoken answers, {len(questions)} of them:")
    for question in questions:
        rooms = Rooms(Settings(pack=pack, model=model))
        out = folder / f"{question.stem}.wav"
        answered = answer(rooms, hear_question(rooms, question), out=out, say=False)
        click.echo(f"\nquestion    {question}")
        click.echo(f"heard       {answered.heard or '(nothing for me)'}")
        click.echo(f"understood  {describe(answered.request)}")
        for sentence in answered.said:
            click.echo(f"said        {sentence}")
        click.echo(f"answer      {out}")


@main.command()
@click.argument("text")
@_pack
def remind(*, text: str, pack: str | None) -> None:
    """Set a reminder without a voice. It is heard by `listen`, or by `unknot reminders run`.

    \b
    unknot remind "use my heating pad in twenty minutes"
    unknot remind "stretch every weekday at nine"
    unknot remind "take a break every two hours until six"
    """
    from voice.ringing import open_reminders
    from voice.session import Rooms, Settings

    understanding = Rooms(Settings(pack=pack)).understanding
    attempts = (understanding.understand(words) for words in (text, f"remind me to {text}"))
    request = next((found for found in attempts if found.intent == "set_reminder"), None)
    if request is None:
        raise click.UsageError(
            f"{text!r} is no reminder; for example: unknot remind 'use heat in twenty minutes'."
        )
    answer = open_reminders(pack).set(request)
    click.echo(" ".join(answer.sentences))
    if answer.asks_for is not None:
        click.get_current_context().exit(NO)


@main.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_context
def reminders(ctx: click.Context, *, as_json: bool) -> None:
    """Show, cancel, ring and move reminders.

    \b
    unknot reminders
    unknot reminders --json
    unknot reminders cancel 3
    unknot reminders run                 ring them while no assistant is open
    unknot reminders install-service     … from each login on
    unknot reminders export calendar.ics
    """
    if ctx.invoked_subcommand is not None:
        return
    from voice.events import Request
    from voice.reminders import as_json as row
    from voice.ringing import open_reminders

    kept = open_reminders()
    live = kept.store.live()
    if as_json:
        for reminder in live:
            _print_json(dict(row(reminder)))
        return
    if not live:
        click.echo(" ".join(kept.list(Request("list_reminders")).sentences))
    for reminder in live:
        repeat = f", {reminder.repeat}" if reminder.repeat else ""
        click.echo(f"{reminder.id:4}  {reminder.due:%a %d %b %H:%M}{repeat}  {reminder.about}")


@reminders.command("cancel")
@click.argument("number", metavar="ID", type=int)
def reminders_cancel(*, number: int) -> None:
    """Cancel the reminder of that number; `unknot reminders` shows the numbers."""
    from voice.events import Request
    from voice.ringing import open_reminders

    kept = open_reminders()
    found = kept.store.get(number)
    if found is None or not found.live:
        click.echo(f"unknot: there is no reminder {number}.", err=True)
        click.get_current_context().exit(NO)
    click.echo(" ".join(kept.cancel(Request("cancel_reminder", {"id": number})).sentences))


_quiet = click.option(
    "--quiet",
    metavar="FROM-TO",
    help='Hours in which what recurs is only shown, such as "22:00-07:00".',
)
_ringing_device = click.option(
    "--device", metavar="NAME", help="Microphone and loudspeaker by name."
)


@reminders.command("run")
@_quiet
@_ringing_device
@_model
@_pack
def reminders_run(
    *, quiet: str | None, device: str | None, model: Path | None, pack: str | None
) -> None:
    """Ring reminders while no assistant is open, until it is told to end (Ctrl+C).

    After each ring it listens for "done", "snooze" or "stop" for twenty seconds; unanswered, it
    rings again after one and five minutes.
    """
    from voice.ringing import ring

    ring(
        pack=pack,
        device=device,
        model=model,
        quiet=quiet,
        tell=lambda line: click.echo(f"unknot: {line}", err=True),
    )


@reminders.command("install-service")
@_quiet
@_ringing_device
@_model
@_pack
def reminders_install_service(
    *, quiet: str | None, device: str | None, model: Path | None, pack: str | None
) -> None:
    """Let systemd ring reminders from each login on; the options are those of `run`."""
    from voice.reminders.daemon import QuietHours
    from voice.reminders.systemd import install_service

    if quiet:
        QuietHours.parse(quiet)
    options = {"--quiet": quiet, "--device": device, "--model": model, "--pack": pack}
    named = {"UNKNOT_HOME", "UNKNOT_MODEL", "UNKNOT_PACKS"} & os.environ.keys()
    installed = install_service(
        [
            *(str(Path(sys.argv[0]).resolve()), "reminders", "run"),
            *(f"{option}={value}" for option, value in options.items() if value is not None),
        ],
        {name: os.environ[name] for name in named},
    )
    click.echo(f"{installed.unit} is written{' and runs' if installed.enabled else ''}.")
    if installed.remedy:
        click.echo(installed.remedy)


@reminders.command("export")
@click.argument("file", type=click.Path(path_type=Path))
def reminders_export(*, file: Path) -> None:
    """Write the reminders as a calendar (iCalendar), for a phone."""
    from voice.reminders.ical import export_ics
    from voice.ringing import open_reminders

    kept = open_reminders()
    click.echo(f"{export_ics(kept.store, file, kept.wording)} reminders are in {file}.")


@reminders.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def reminders_import(*, file: Path) -> None:
    """Take in reminders from a calendar file; those that are known already stay as they are."""
    from voice.reminders.ical import import_ics
    from voice.ringing import open_reminders

    kept = open_reminders()
    taken = import_ics(kept.store, file, now_ms=kept.now(), zone=kept.zone())
    click.echo(f"{len(taken.added)} reminders are taken in, {taken.known} were known already.")
    for line in (*taken.remarks, *taken.skipped):
        click.echo(line, err=True)
