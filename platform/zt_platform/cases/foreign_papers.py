"""Papers that the other centre of a case issued: what this centre, where the applicant is, keeps of them (E-20, L-06).

A message of a step names each with its verification code and file; the file is copied before the message is taken, and
the list lies on the case (docs/decisions/0032). The other centre stays the issuer: it signs, and it alone says on its
verify page whether a paper is genuine. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Self

from zt_platform.cases.models import Case
from zt_platform.papers.kinds import PaperKind

OF_THE_DECISION = frozenset(
    {PaperKind.GRANT, PaperKind.DENIAL, PaperKind.CERTIFICATE, PaperKind.TEMPORARY_PERMIT, PaperKind.DEEMED}
)
"""Void with a decision that came after the withdrawal."""


@dataclass(frozen=True, slots=True)
class ForeignPaper:
    """One paper of another centre, as its signed message told of it.

    ``file`` is this centre's own copy (key of the attachment), ``verify_url`` the issuing centre's page where that is in
    another deployment. ``void``: this centre knows that it no longer counts.
    """

    centre_code: str
    centre_name: str
    kind: str
    title: str
    number: str
    code: str
    department: str
    issued_on: date
    file: int
    sha256: str
    verify_url: str = ""
    void: bool = False

    @property
    def label(self) -> str:
        """What kind of paper it is, in the active language; a kind of a later release by its own title."""
        return str(PaperKind(self.kind).label) if self.kind in PaperKind.values else self.title

    def to_stored(self) -> dict[str, Any]:
        """As ``Case.foreign_papers`` holds it."""
        return {**asdict(self), "issued_on": self.issued_on.isoformat()}

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """From ``Case.foreign_papers``."""
        return cls(**{**stored, "issued_on": date.fromisoformat(stored["issued_on"])})


def foreign_papers_of(case: Case) -> list[ForeignPaper]:
    """In the order in which they arrived."""
    return [ForeignPaper.from_stored(stored) for stored in case.foreign_papers]


def make_void(case: Case, kinds: Collection[PaperKind]) -> None:
    """Mark the papers of these kinds as void (not saved)."""
    case.foreign_papers = [
        replace(paper, void=paper.void or paper.kind in kinds).to_stored() for paper in foreign_papers_of(case)
    ]
