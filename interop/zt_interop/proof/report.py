"""What a verification found: link by link, the first broken one first in mind."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Part(StrEnum):
    """What of a bundle a link belongs to."""

    BUNDLE = "bundle"
    KEY = "key"
    HEAD = "head"
    DELIVERY = "delivery"
    STREAM = "stream"
    ATTACHMENT = "attachment"


class Verdict(StrEnum):
    """Of one link. A NOTE is a thing that is not shown, not a thing that is wrong."""

    HOLDS = "holds"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Link:
    """One thing that was checked: which, how it went, and in words."""

    part: Part
    place: str
    verdict: Verdict
    zh: str
    en: str

    def to_json(self) -> dict[str, str]:
        """For machines."""
        return {"part": self.part, "place": self.place, "verdict": self.verdict, "zh": self.zh, "en": self.en}


@dataclass(slots=True)
class Report:
    """The outcome. ``roots`` are the ids of the root keys everything hangs from; ``is_anchored`` when the reader named
    one of them beforehand instead of believing the bundle."""

    subject: str = ""
    centre: str = ""
    made_at: str = ""
    roots: list[str] = field(default_factory=list)
    is_anchored: bool = False
    links: list[Link] = field(default_factory=list)

    @property
    def first_broken(self) -> Link | None:
        """The first link that does not hold; None: the proof stands."""
        return next((link for link in self.links if link.verdict is Verdict.BROKEN), None)

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return self.first_broken is None

    def count(self, part: Part, verdict: Verdict = Verdict.HOLDS) -> int:
        """How many links of a part came out so."""
        return sum(link.part is part and link.verdict is verdict for link in self.links)

    def add(self, part: Part, place: str, verdict: Verdict, zh: str, en: str) -> None:
        """Note one link."""
        self.links.append(Link(part, place, verdict, zh, en))

    def to_json(self) -> dict[str, Any]:
        """For machines: everything, and the first broken link by itself."""
        broken = self.first_broken
        return {
            "holds": self.holds,
            "first_broken": broken.to_json() if broken else None,
            "subject": self.subject,
            "centre": self.centre,
            "made_at": self.made_at,
            "roots": self.roots,
            "is_anchored": self.is_anchored,
            "links": [link.to_json() for link in self.links],
        }
