"""Reading papers: those about a subject, and anybody's question whether a paper is genuine."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models

from zt_interop.errors import MessageRefused
from zt_platform.accounts.limits import VERIFY_BY_ADDRESS
from zt_platform.papers.codes import IN_METADATA, parse_code
from zt_platform.papers.errors import NotOurPaper, PaperNotFound
from zt_platform.papers.kinds import INTERNAL, PaperKind
from zt_platform.papers.models import Paper, PaperState
from zt_platform.papers.signature import statement, verified_statement
from zt_tenants.centres import centre_by_code, was_code_of
from zt_tenants.context import current_centre, enter
from zt_tenants.errors import UnknownCentre
from zt_tenants.language import bilingual
from zt_tenants.models import Centre

MAX_PAPER_BYTES = 5 * 1024 * 1024
"""What anybody may upload to be compared; our papers are a fiftieth of it."""


def papers_of(subject: str, *, internal: bool = False) -> list[Paper]:
    """The papers of the current centre about a subject, oldest first, without their sealed content; one statement.

    ``internal`` ones (between a centre and its departments) only on request: the applicant does not get them.
    """
    current_centre()
    found = Paper.objects.filter(subject=subject).defer("content")
    if not internal:
        found = found.exclude(kind__in=[kind.value for kind in INTERNAL])
    return list(found) if subject else []


def paper_of(subject: str, paper_id: int, *, internal: bool = False) -> Paper:
    """One of :func:`papers_of`, with its content. Raises PaperNotFound."""
    current_centre()
    paper = Paper.objects.select_related("attachment").filter(subject=subject, pk=paper_id).first()
    if paper is None or (paper.kind in INTERNAL and not internal):
        raise PaperNotFound
    return paper


class Verdict(models.TextChoices):
    """What anybody learns about a paper in hand."""

    GENUINE = "GENUINE", bilingual("真实有效", "Genuine")
    PENDING = "PENDING", bilingual("已登记，正在签章", "Registered, being signed")
    REVOKED = "REVOKED", bilingual("已被撤销", "Revoked")
    ALTERED = "ALTERED", bilingual("与签发的文书不一致", "Not what was issued")
    UNKNOWN = "UNKNOWN", bilingual("查无此文书", "No such paper")
    UNCONFIRMED = "UNCONFIRMED", bilingual("签名无法确认", "The signature cannot be confirmed")


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer: the verdict and what the paper says at the least; nothing but the verdict when it is unknown or
    altered. ``compared`` tells whether a file was compared byte by byte.
    """

    verdict: Verdict
    code: str
    compared: bool = False
    kind: str = ""
    title: str = ""
    number: str = ""
    department: str = ""
    centre_name: str = ""
    addressee_masked: str = ""
    issued_on: date | None = None
    revoked_at: datetime | None = None
    revoke_reason: str = ""


def verify(*, code: str, address: str, number: str = "", sha256: str = "") -> Verification:
    """Whether the paper with this code is genuine; public, for the portal.

    ``number`` as printed and ``sha256`` of a file are compared when given. The code names the centre, which alone is
    asked: a look-up there and one in the key registry, however many centres there are. Tries are counted per network
    ``address``; a hit takes its count back. Raises TooManyTries, InvalidVerifyCode.
    """
    VERIFY_BY_ADDRESS.hit(address)
    wanted = parse_code(code)
    unknown = Verification(Verdict.UNKNOWN, str(wanted))
    try:
        centre = centre_by_code(wanted.centre_code)
    except UnknownCentre:
        return unknown
    with enter(centre):
        paper = Paper.objects.filter(code=str(wanted)).defer("content").first()
    if paper is None:
        return unknown
    VERIFY_BY_ADDRESS.forgive(address)
    differs = (number and _folded(number) != _folded(paper.number)) or (sha256 and sha256 != paper.sha256)
    if differs:
        return Verification(Verdict.ALTERED, paper.code, compared=bool(sha256))
    return Verification(
        verdict=_verdict(paper, centre),
        code=paper.code,
        compared=bool(sha256),
        kind=paper.kind,
        title=str(PaperKind(paper.kind).label),
        number=paper.number,
        department=paper.department_name,
        centre_name=centre.name,
        addressee_masked=paper.addressee_masked,
        issued_on=paper.issued_on,
        revoked_at=paper.revoked_at,
        revoke_reason=paper.revoke_reason,
    )


def verify_file(*, chunks: Iterable[bytes], address: str, code: str = "", number: str = "") -> Verification:
    """Like :func:`verify` for a file: its digest is computed, its code read from its own metadata unless given.

    The file is not kept. Raises NotOurPaper (no code in it), TooManyTries, InvalidVerifyCode.
    """
    data = b"".join(chunks)
    found = IN_METADATA.search(data)
    if not code and found is None:
        raise NotOurPaper(field="file")
    wanted = code or (found[1].decode() if found else "")
    return verify(code=wanted, number=number, sha256=hashlib.sha256(data).hexdigest(), address=address)


def _verdict(paper: Paper, centre: Centre) -> Verdict:
    """Genuine only by a key of the centre that issued it: the neighbour's signature over the same words confirms nothing."""
    if paper.revoked_at is not None:
        return Verdict.REVOKED
    if paper.state == PaperState.PENDING:
        return Verdict.PENDING
    try:
        said = verified_statement(paper.signature)
    except MessageRefused:
        return Verdict.UNCONFIRMED
    signed_by = str(said["centre"])
    own = signed_by == centre.code or was_code_of(signed_by, centre.code)
    return Verdict.GENUINE if own and said == statement(paper, signed_by, paper.sha256) else Verdict.UNCONFIRMED


def _folded(number: str) -> str:
    """A number as typed: brackets of any shape, any width, any spaces."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", number))
    return re.sub(r"[\[\](){}〔〕【】]", "|", plain)
