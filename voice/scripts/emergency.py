"""Whom to call: the emergency numbers of countries, in the words of the pack's language.

Only countries whose own authority, or the law, names a single number for an ambulance are here, and
only where libphonenumber (9.0.43, its table of short numbers) knows it as an emergency number
too. Everywhere else the pack's own words for "your local emergency number" are said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from voice.knowledge import Pack
from voice.scripts.talking import spell


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """What is dialled for an ambulance."""

    digits: str
    source: str
    """Who says so."""


_EUROPE = EmergencyNumber(
    "112",
    "Directive (EU) 2018/1972, article 109: the single European emergency number, which the "
    "states of the European Economic Area share",
)
_EUROPEAN = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"),
    *("IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
)

NUMBERS: Mapping[str, EmergencyNumber] = MappingProxyType(
    dict.fromkeys(_EUROPEAN, _EUROPE)
    | {
        country: EmergencyNumber(digits, source)
        for country, digits, source in (
            ("AU", "000", "Australian Government, Triple Zero (000)"),
            ("BR", "192", "Ministério da Saúde, SAMU 192"),
            ("CA", "911", "Canadian Radio-television and Telecommunications Commission, 9-1-1"),
            ("CH", "144", "Swiss federal authorities, ch.ch: emergency numbers"),
            ("GB", "999", "NHS, when to call 999"),
            ("HK", "999", "Hong Kong Fire Services Department, emergency ambulance service"),
            ("IN", "112", "Ministry of Home Affairs, Emergency Response Support System"),
            ("JP", "119", "Fire and Disaster Management Agency, 119"),
            ("KR", "119", "National Fire Agency, 119"),
            ("MX", "911", "Gobierno de México, 9-1-1 emergencias"),
            ("NZ", "111", "New Zealand Government, calling 111"),
            ("SG", "995", "Singapore Civil Defence Force, 995"),
            ("US", "911", "Federal Communications Commission, 911"),
        )
    }
)
"""By the country's two letters of ISO 3166-1."""


def in_country(pack: Pack, country: str | None) -> Pack:
    """The pack with the emergency number of a country, digit by digit, where it is known.

    Args:
        pack: the words.
        country: two letters of ISO 3166-1, small or capital; None where nobody has said.
    """
    number = NUMBERS.get((country or "").upper())
    if number is None:
        return pack
    spoken = " ".join(spell(int(digit), pack.language) for digit in number.digits)
    return replace(pack, safety=replace(pack.safety, emergency_number=spoken))
