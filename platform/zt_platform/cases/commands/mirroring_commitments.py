"""What the other centre of a case tells about a commitment: that it was signed, the temporary permit, what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zt_interop.handlers import Message
from zt_platform.cases.commands.certificates import take_certificate, take_file
from zt_platform.cases.foreign_papers import make_void
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import PERMIT_CONVERTED, PERMIT_VALID, PERMIT_WITHDRAWN, Step
from zt_platform.papers.kinds import PaperKind


def signed_terms(data: dict[str, Any]) -> dict[str, Any]:
    """What a case that arrives was committed to, as ``Case.commitment`` holds it; nothing where nothing was signed."""
    return {"terms": dict(data["commitment"])} if data.get("commitment") else {}


def record_commitment_facts(case: Case, step: Step, message: Message, at: datetime) -> None:
    """Write what a step of a commitment told into a case whose edge was taken (not saved); other steps tell nothing here."""
    match step:
        case Step.COMMITMENT_SIGNED:
            case.commitment = {**case.commitment, **signed_terms(message.data)}
        case Step.PERMIT_CONVERTED:
            take_certificate(case, message.source, message.data["certificate"])
            _close(case, PERMIT_CONVERTED, message, at)
        case Step.PERMIT_WITHDRAWN:
            _close(case, PERMIT_WITHDRAWN, message, at)
        case _:
            return


def _close(case: Case, state: str, message: Message, at: datetime) -> None:
    told = message.data.get("permit", {})
    make_void(case, {PaperKind.TEMPORARY_PERMIT})
    case.temporary_permit = {
        **case.temporary_permit,
        "number": told.get("number", case.temporary_permit.get("number", "")),
        "state": state,
        "note": told.get("note", ""),
        "answered_at": at.isoformat(),
        "answered_by": message.data.get("actor_name", ""),
    }


def take_permit(case: Case, message: Message) -> None:
    """Take over the temporary permit of a decision that came back (not saved); its file was copied before."""
    told = message.data.get("permit")
    if not told:
        return
    file = take_file(message.source, told)
    case.temporary_permit = {
        "number": told["number"],
        "name": told["name"],
        "from": told.get("valid_from") or "",
        "until": told.get("valid_until") or "",
        "state": PERMIT_VALID,
        "paper": file.pk if file is not None else None,
    }
