"""What other apps add to the page of a case: each registers itself when it is ready, so that this app knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zt_platform.actors import Actor
from zt_platform.cases.models import Case


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page of a case: a template, and what it shows under the name ``part``."""

    template: str
    part: Mapping[str, Any]


SectionMaker = Callable[[Actor, Case], Section | None]
FactMaker = Callable[[str], list[tuple[str, str]]]
_sections: list[SectionMaker] = []
_facts: list[FactMaker] = []


def register_section(maker: SectionMaker) -> None:
    """Ask ``maker`` for its part whenever a member of staff opens a case. Safe to repeat."""
    if maker not in _sections:
        _sections.append(maker)


def register_facts(maker: FactMaker) -> None:
    """Ask ``maker`` for what an applicant reads of a case beside its steps, by tracking number. Safe to repeat."""
    if maker not in _facts:
        _facts.append(maker)


def sections_of(actor: Actor, case: Case) -> list[Section]:
    """What the other apps show of a case to a member of staff who may read it."""
    return [section for maker in _sections if (section := maker(actor, case)) is not None]


def facts_of(tracking_number: str) -> list[tuple[str, str]]:
    """What the other apps tell the applicant of a case at the current centre: names and values, nothing inner."""
    return [fact for maker in _facts for fact in maker(tracking_number)]
