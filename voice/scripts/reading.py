"""Reading: a section of the article, and what it leads to."""

from __future__ import annotations

from voice.events import Request
from voice.knowledge import Pack
from voice.scripts.script import Ask, Say, Script, Step
from voice.scripts.talking import sentences

GUIDED = "stretching"
"""The section that a guided session puts into practice."""


def section(pack: Pack, section_id: str, *, guided: bool = True) -> Script:
    """Read one section, then offer what follows from it.

    Args:
        pack: the content pack.
        section_id: which one.
        guided: a guided session may be offered.

    Raises:
        KeyError: The pack has no such section.
    """
    part = pack.sections[section_id]
    said: list[Step] = [Say(sentence.text) for sentence in part.sentences]
    offer = _offer(pack, section_id, guided=guided)
    if offer is not None:
        said.append(offer)
    return Script("reading", section_id, part.spoken_name, tuple(said))


def _offer(pack: Pack, section_id: str, *, guided: bool) -> Ask | None:
    if section_id == GUIDED and guided:
        return Ask(
            sentences(pack, "offer_guided"),
            yes=Request("start_stretch", reason="said yes to the offer"),
            no=sentences(pack, "declined"),
        )
    following = _following_method(pack, section_id)
    if following is None:
        return None
    return Ask(
        sentences(pack, "offer_next", section=pack.sections[following].spoken_name),
        yes=Request("read_section", {"section": following}, reason="said yes to the offer"),
        no=sentences(pack, "declined"),
    )


def _following_method(pack: Pack, section_id: str) -> str | None:
    """The method after this one; the first method after the sections before the methods."""
    order = [s for s in pack.sections if s in pack.methods]
    if section_id in order:
        rest = order[order.index(section_id) + 1 :]
        return rest[0] if rest else None
    sections = list(pack.sections)
    before = sections.index(section_id) < sections.index(order[0])
    return order[0] if before else None
