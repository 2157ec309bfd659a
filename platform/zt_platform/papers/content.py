"""What a paper says, before it has a number. Pure; the snapshot is kept with the paper and rendered from it alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple


class Bilingual(NamedTuple):
    """A sentence in both languages; the Chinese one has force."""

    zh: str
    en: str


class Fact(NamedTuple):
    """One line of a paper's table: label in both languages, its value, and how the English annex puts it if otherwise."""

    zh: str
    en: str
    value: str
    value_en: str = ""


@dataclass(frozen=True, slots=True)
class PaperContent:
    """What is said and to whom.

    ``title`` replaces the kind's own. ``entries`` is a numbered list (defects, materials). ``remedies`` must be given
    where the paper is adverse. ``deemed``: the act was not taken but is deemed to be, and the paper says so.
    ``legal_name`` is in whose name the paper is when that is not the issuing department (行政许可法 art. 24), and
    ``acting_for`` then names the issuing one. ``addressee_masked`` is what the public verify page may show.
    ``seal_name`` is the text at the foot of the seal, ``track_url`` where the addressee follows the case (a QR code).
    """

    addressee: str
    paragraphs: Sequence[Bilingual]
    title: Bilingual | None = None
    entries: Sequence[str] = ()
    facts: Sequence[Fact] = ()
    legal_basis: str = ""
    remedies: Bilingual | None = None
    deemed: bool = False
    tracking_number: str = ""
    addressee_masked: str = ""
    legal_name: str = ""
    acting_for: str = ""
    contact: str = ""
    seal_name: str = "行政审批专用章"
    track_url: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A paper exactly as it was issued: everything that its rendering needs. Kept sealed."""

    kind: str
    number: str
    title: Bilingual
    letterhead: str
    addressee: str
    paragraphs: Sequence[Bilingual]
    issued_on: str
    code: str = ""
    verify_url: str = ""
    entries: Sequence[str] = ()
    facts: Sequence[Fact] = ()
    legal_basis: str = ""
    remedies: Bilingual | None = None
    deemed: bool = False
    tracking_number: str = ""
    acting_for: str = ""
    contact: str = ""
    seal_name: str = ""
    seal_code: str = ""
    issuer: str = ""
    preview: bool = field(default=False)
    track_url: str = ""

    def to_json(self) -> dict[str, Any]:
        """A JSON object; :meth:`from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Snapshot:
        """The snapshot in a JSON object."""
        values = dict(stored)
        values["title"] = Bilingual(*values["title"])
        values["paragraphs"] = [Bilingual(*pair) for pair in values["paragraphs"]]
        values["facts"] = [Fact(*fact) for fact in values["facts"]]
        values["remedies"] = Bilingual(*values["remedies"]) if values["remedies"] else None
        return cls(**values)

    @property
    def date_zh(self) -> str:
        """The date as the Chinese text has it: 2026年3月2日."""
        year, month, day = (int(part) for part in self.issued_on.split("-"))
        return f"{year}年{month}月{day}日"

    def text(self) -> str:
        """The Chinese paper as plain text: for screen readers, search and the preview's alternative."""
        lines = [self.letterhead, self.title.zh, self.number, f"{self.addressee}："]
        lines += [paragraph.zh for paragraph in self.paragraphs]
        lines += [f"{number}. {entry}" for number, entry in enumerate(self.entries, start=1)]
        lines += [f"{fact.zh}：{fact.value}" for fact in self.facts]
        if self.legal_basis:
            lines.append(f"依据：{self.legal_basis}")
        if self.deemed:
            lines.append(DEEMED.zh)
        if self.remedies:
            lines.append(self.remedies.zh)
        if self.acting_for:
            lines.append(acting_for_sentence(self).zh)
        return "\n".join([*lines, self.letterhead, self.date_zh])


DEEMED = Bilingual(
    "【依法视为】本文书所载行为因法定或者公布的期限届满，依照本文书所列依据视为已经作出，特此注明。",
    "[Deemed by law] The act stated here was not taken in writing: as the time limit ended, it is deemed to have been "
    "taken on the legal basis named above.",
)
"""What every paper about a deemed act says (issue: every deemed act says so on its paper)."""


def acting_for_sentence(snapshot: Snapshot) -> Bilingual:
    """Who decided in whose name, and who answers for it (行政许可法 art. 24)."""
    return Bilingual(
        f"本文书由受委托机关{snapshot.acting_for}以委托机关{snapshot.letterhead}的名义作出，"
        "委托机关对该行为的后果承担法律责任（《中华人民共和国行政许可法》第二十四条）。",
        f"Made by {snapshot.acting_for}, entrusted, in the name of {snapshot.letterhead}, which answers for it "
        "(Administrative Licensing Law, art. 24).",
    )
