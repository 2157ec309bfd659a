"""Certificates and permits that another centre issued: their files taken over, their rows made here (E-26)."""

from __future__ import annotations

from typing import Any

from zt_platform.cases.events.payloads import calendar_date
from zt_platform.cases.models import Case, Certificate
from zt_platform.crossing_files import take_over
from zt_storage.copies import AttachmentManifest
from zt_storage.models import Attachment
from zt_tenants.clock import now
from zt_tenants.errors import InvalidInput


def take_file(source: str, payload: dict[str, Any] | None) -> Attachment | None:
    """The file of a certificate or permit of a message, copied here once, its digest checked; None when it names none."""
    files = (payload or {}).get("files") or []
    if not files:
        return None
    return take_over(source, AttachmentManifest.from_payload(files[0]))


def take_certificate(case: Case, source: str, payload: dict[str, Any]) -> None:
    """The certificate of a message as this centre's own row. Raises InvalidInput when no paper came with it."""
    paper = take_file(source, payload) or case.decision_paper
    if paper is None:
        raise InvalidInput(field="paper", zh="准予决定缺少文书。", en="The decision came without its paper.")
    issued_on = calendar_date(payload.get("issued_on")) or now().date()
    case.certificate = Certificate.objects.create(
        case=case,
        number=payload["number"],
        name=payload["name"],
        holder_name_masked=payload.get("holder_name_masked") or case.applicant_name_masked,
        holder_id_masked=payload.get("holder_id_masked", ""),
        issuer_name=case.legal_name_of_decider,
        issued_on=issued_on,
        valid_from=calendar_date(payload.get("valid_from")) or issued_on,
        valid_until=calendar_date(payload.get("valid_until")),
        digest=paper.sha256,
        paper=paper,
    )
