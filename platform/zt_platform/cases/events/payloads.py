"""The parts of which messages about cases are made, to and from JSON. docs/protocol.md describes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zt_interop.envelope import instant_text
from zt_platform.accounts.parties import Party
from zt_platform.cases.models import Case, CaseEvent, CaseMaterial, Certificate
from zt_platform.cases.postal import Postal, is_by_post, postal_of
from zt_platform.cases.vocabulary import DeliveryMethod
from zt_platform.papers.models import Paper
from zt_storage.copies import AttachmentManifest, manifest
from zt_storage.models import Attachment
from zt_tenants.clock import instant

CLOCK_INSTANTS = (
    "submitted_at",
    "accepted_at",
    "acceptance_due_at",
    "statutory_due_at",
    "due_at",
    "warning_at",
    "red_at",
    "decided_at",
    "completed_at",
    "paused_at",
)
"""The instants of a case that travel; with ``received_on`` they are its clock state."""


LIMIT_INSTANTS = ("due_at", "warning_at", "red_at", "statutory_due_at")
"""The limits of a decision and the moments of its lights."""


def calendar_date(value: str | None) -> date | None:
    """A date of a payload."""
    return date.fromisoformat(value) if value else None


def required_instant(value: str) -> datetime:
    """An instant that the schema requires."""
    return datetime.fromisoformat(value)


def clock_payload(case: Case) -> dict[str, str | None]:
    """The case's stored instants; null where not reached."""
    clock: dict[str, str | None] = {}
    for name in CLOCK_INSTANTS:
        moment = getattr(case, name)
        clock[name] = instant_text(moment) if moment else None
    clock["received_on"] = case.received_on.isoformat() if case.received_on else None
    return clock


def clock_with_facts(case: Case) -> dict[str, Any]:
    """The clock state with what its limits follow from, for the centre that has to compute them too (limits.py)."""
    clock: dict[str, Any] = dict(clock_payload(case))
    if case.clock_basis:
        clock["basis"] = case.clock_basis
        clock["pauses"] = case.pauses
        clock["extension"] = case.extension
        clock["steps"] = case.step_times
    return clock


def take_facts(case: Case, clock: Mapping[str, Any]) -> None:
    """Take over what another centre counts the limits by; a centre of an older release sends none."""
    if clock.get("basis"):
        case.clock_basis = dict(clock["basis"])
        case.pauses = list(clock.get("pauses", []))
        case.extension = dict(clock.get("extension", {}))
        case.step_times = list(clock.get("steps", []))


def apply_clock(case: Case, clock: Mapping[str, Any], names: Iterable[str]) -> None:
    """Take the named instants of a clock state over into a case; absent ones are left as they are."""
    for name in names:
        if name == "received_on" and clock.get(name):
            case.received_on = calendar_date(clock[name])
        elif clock.get(name):
            setattr(case, name, instant(clock[name]))


def take_limits(case: Case, clock: Mapping[str, Any]) -> None:
    """Take over facts and limits of a decision that is made elsewhere."""
    take_facts(case, clock)
    if clock.get("basis"):
        apply_clock(case, clock, LIMIT_INSTANTS)


def item_payload(case: Case) -> dict[str, Any]:
    """The item as the applicant found it published (B-05)."""
    return {
        "code": case.item_code,
        "name": case.item_name,
        "version": case.item_version_number,
        "kind": case.kind,
        "statutory_days": case.statutory_days,
        "promised_days": case.promised_days,
        "legal_basis": case.legal_basis,
    }


def party_payload(case: Case) -> dict[str, Any]:
    """The applicant by value, with the agent's number under the protocol's name."""
    party = dict(case.applicant)
    agent_id = party.pop("agent_id_number", "") or None
    return {**party, "agent_id": agent_id}


def arrived_party(payload: Mapping[str, Any]) -> Party:
    """The applicant of a message. What the protocol leaves optional may be missing: nothing is taken as proven then.

    Raises InvalidInput (field ``applicant``).
    """
    known = {name: value for name, value in payload.items() if value is not None}
    known.setdefault("agent_id_number", known.get("agent_id", ""))
    return Party.from_payload({"phone": "", "verified": False, **known})


def material_payloads(case: Case) -> list[dict[str, Any]]:
    """The materials in force, each with the manifest of its file."""
    found = list(CaseMaterial.objects.filter(case=case, superseded_at__isnull=True).select_related("attachment"))
    lines = manifest(material.attachment for material in found)
    return [
        {**line.to_payload(), "code": material.material_code, "name": material.name}
        for material, line in zip(found, lines, strict=True)
    ]


def permit_payload(case: Case) -> dict[str, Any]:
    """A temporary permit with the manifest of its paper, which was stored before."""
    permit = case.temporary_permit
    files = Attachment.objects.filter(pk=permit["paper"])
    return {
        "number": permit["number"],
        "name": permit["name"],
        "valid_from": permit["from"],
        "valid_until": permit["until"],
        "files": [line.to_payload() for line in manifest(files)],
    }


def permit_state(case: Case) -> dict[str, str]:
    """What became of a temporary permit."""
    permit = case.temporary_permit
    return {"number": permit["number"], "state": permit["state"], "note": permit.get("note", "")[:2000]}


def delivery_payload(case: Case) -> dict[str, str]:
    """How the applicant wants the result, with the address where it goes by post."""
    where = postal_of(case)
    address = where.address_payload if where and is_by_post(case) else {}
    return {"method": case.delivery_method, **address}


def papers_payload(case: Case) -> list[dict[str, Any]]:
    """The papers that this transaction issued for an applicant of the other centre, each told once; none otherwise."""
    issued: list[Paper] = vars(case).pop("papers_to_tell", [])
    return [_paper_payload(paper) for paper in issued]


def _paper_payload(paper: Paper) -> dict[str, Any]:
    said = paper.snapshot
    files = [paper.attachment] if paper.attachment else []
    return {
        "kind": paper.kind,
        "title": said.title.zh,
        "number": paper.number,
        "code": paper.code,
        "verify_url": said.verify_url,
        "department": paper.department_name,
        "issued_on": paper.issued_on.isoformat(),
        "file": manifest(files)[0].to_payload(),
    }


def step_payload(event: CaseEvent) -> dict[str, Any]:
    """One line of the timeline."""
    return {
        "step": event.step,
        "at": instant_text(event.occurred_at),
        "actor_role": event.actor_role,
        "actor_name": event.actor_name,
        "note": event.note[:4000],
        "centre_code": event.centre_code,
        "centre_name": event.centre_name,
        "department": event.department_name,
    }


def timeline_payload(case: Case) -> list[dict[str, Any]]:
    """The public lines so far, oldest first."""
    return [step_payload(event) for event in CaseEvent.objects.filter(case=case, public=True)]


def certificate_payload(certificate: Certificate) -> dict[str, Any]:
    """The certificate with the manifest of its paper."""
    return {
        "number": certificate.number,
        "name": certificate.name,
        "holder_name_masked": certificate.holder_name_masked,
        "holder_id_masked": certificate.holder_id_masked,
        "issued_on": certificate.issued_on.isoformat(),
        "valid_from": certificate.valid_from.isoformat(),
        "valid_until": certificate.valid_until.isoformat() if certificate.valid_until else None,
        "files": [line.to_payload() for line in manifest([certificate.paper])],
    }


def arrived_delivery(payload: Mapping[str, Any]) -> tuple[DeliveryMethod, Postal | None]:
    """The choice of delivery of a message (checked against its schema before)."""
    if payload.get("method") != DeliveryMethod.POST:
        return DeliveryMethod.PICK_UP, None
    return DeliveryMethod.POST, Postal.from_stored(payload)


@dataclass(frozen=True, slots=True)
class ArrivedMaterial:
    """A material of a message: which one it is, and its file's manifest."""

    code: str
    name: str
    line: AttachmentManifest

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> ArrivedMaterial:
        """Read one. Raises ManifestRefused."""
        line = AttachmentManifest.from_payload(dict(payload))
        return cls(code=payload.get("code", ""), name=payload.get("name") or line.file_name, line=line)


def arrived_materials(data: Mapping[str, Any]) -> list[ArrivedMaterial]:
    """The materials of a message. Raises ManifestRefused."""
    return [ArrivedMaterial.from_payload(payload) for payload in data.get("materials", [])]
