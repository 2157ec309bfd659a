"""What the other centre of a case tells about papers: their files are copied before, the list of the case grows once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from zt_interop.handlers import Message
from zt_platform.cases.errors import PaperOfAnotherCentre
from zt_platform.cases.foreign_papers import ForeignPaper
from zt_platform.cases.models import Case
from zt_platform.crossing_files import take_over
from zt_platform.papers.codes import parse_code
from zt_storage.copies import AttachmentManifest
from zt_tenants.centres import centre_by_code
from zt_tenants.models import Transport

Prepare = Callable[[Message], None]


def with_papers(prepare: Prepare | None = None) -> Prepare:
    """The preparation of a message that may bring papers: that of its type, then a copy of each paper's file.

    Outside any transaction, repeatable. What it raises parks the message: a file that is gone (ObjectMissing), other bytes
    than the signed ones (DigestMismatch).
    """

    def copy_all(message: Message) -> None:
        if prepare is not None:
            prepare(message)
        for told in message.data.get("papers", []):
            take_over(message.source, AttachmentManifest.from_payload(told["file"]))

    return copy_all


def take_papers(case: Case, message: Message) -> None:
    """Note the papers of a message in the case (not saved); one that is known by its code is not noted again.

    Raises PaperOfAnotherCentre (its code is not the sender's), InvalidVerifyCode.
    """
    told = message.data.get("papers", [])
    if not told:
        return
    known = {stored["code"] for stored in case.foreign_papers}
    arrived = {paper.code: paper for paper in (_arrived(message, line) for line in told)}
    case.foreign_papers = [
        *case.foreign_papers,
        *(paper.to_stored() for code, paper in arrived.items() if code not in known),
    ]


def _arrived(message: Message, told: Mapping[str, Any]) -> ForeignPaper:
    code, sender = parse_code(told["code"]), centre_by_code(message.source)
    if centre_by_code(code.centre_code).pk != sender.pk:
        raise PaperOfAnotherCentre(number=told["number"], source=message.source)
    file = take_over(message.source, AttachmentManifest.from_payload(told["file"]))
    elsewhere = sender.transport == Transport.HTTPS
    return ForeignPaper(
        centre_code=message.source,
        centre_name=sender.name,
        kind=told["kind"],
        title=told.get("title", ""),
        number=told["number"],
        code=str(code),
        department=told.get("department", ""),
        issued_on=date.fromisoformat(told["issued_on"]),
        file=file.pk,
        sha256=file.sha256,
        verify_url=told.get("verify_url", "") if elsewhere else "",
    )
