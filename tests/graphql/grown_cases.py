"""More cases of a centre, and more of them as a supervisor and an applicant see them."""

from __future__ import annotations

from datetime import timedelta

from grown_offices import NOON, far_centres

from zt_platform.cases.foreign_papers import ForeignPaper
from zt_platform.cases.models import Case, CaseEvent, CaseMaterial
from zt_platform.index.models import ApplicantCaseEntry
from zt_platform.organisation.models import Department
from zt_platform.papers.models import Paper
from zt_platform.supervision.models import CaseRecord, CaseStep, Feed
from zt_storage.models import Attachment
from zt_tenants.clock import now
from zt_tenants.uuid7 import uuid7


def a_case(scene, number: int, **more: object) -> Case:
    department = Department.objects.create(code=f"C{number}", name=f"局{number}", name_en="x")
    centre = far_centres(scene, [number])[0]
    values = {
        "tracking_number": f"G{number}",
        "origin_code": scene.city.code,
        "item_code": scene.ids["item"],
        "item_name": "x",
        "item_version_number": 1,
        "kind": "PROMISED",
        "statutory_days": 9,
        "promised_days": 9,
        "status": "SUBMITTED",
        "channel": "ONLINE",
        "counterpart_code": centre.code,
        "department": department,
        "applicant": {},
        "applicant_name_masked": "某*",
        "applicant_account_id": scene.zhang.id,
        "phone_tail_index": b"x",
        "form": {},
        "drafted_at": NOON,
    }
    return Case.objects.create(**{**values, **more})


def grow_cases(scene, numbers) -> None:
    for number in numbers:
        a_case(scene, number, running_due_at=NOON + timedelta(days=number) if number % 2 else None)


def grow_drafts(scene, numbers) -> None:
    for number in numbers:
        a_case(scene, number, status="DRAFT", tracking_number=None)


def grow_window_drafts(scene, numbers) -> None:
    for number in numbers:
        a_case(scene, number, status="DRAFT", tracking_number=None, channel="WINDOW", applicant_account_id=None)


def grow_discarded_drafts(scene, numbers) -> None:
    """Of the window, for somebody with an account: the clerks' list and his own hold them."""
    for number in numbers:
        a_case(scene, number, status="DRAFT", tracking_number=None, channel="WINDOW", discarded_at=now())


def grow_statuses(scene, numbers) -> None:
    statuses = ["SUBMITTED", "CORRECTING", "PRE_REVIEWED", "ACCEPTED", "REVIEWED", "APPROVED", "COMPLETED"]
    for number in numbers:
        a_case(scene, number, status=statuses[number % len(statuses)])


def grow_one_case(scene, numbers) -> None:
    case = Case.objects.get(pk=scene.ids["case"])
    for number, centre in zip(numbers, far_centres(scene, numbers), strict=True):
        attachment = Attachment.objects.create(
            object_key=f"c/{scene.city.code}/att/{uuid7()}",
            file_name="a.pdf",
            declared_size=1,
            declared_type="application/pdf",
            size=1,
            sha256="0" * 64,
            content_type="application/pdf",
            state="VERIFIED",
            created_at=NOON,
            verified_at=NOON,
        )
        CaseMaterial.objects.create(
            case=case, material_code=f"m{number}", name="x", attachment=attachment, added_at=NOON
        )
        Paper.objects.create(
            kind="ACCEPTANCE",
            number=f"文{number}号",
            code=f"340100-{number}",
            subject=case.tracking_number,
            content={},
            state="ISSUED",
            sha256="0" * 64,
            signature="x",
            attachment=attachment,
            issued_on=NOON.date(),
            issued_at=NOON,
        )
        told = ForeignPaper(
            centre_code=centre.code,
            centre_name=centre.name,
            kind="GRANT",
            title="x",
            number=f"决{number}号",
            code=f"{centre.code}-{number}",
            department="x",
            issued_on=NOON.date(),
            file=attachment.pk,
            sha256="0" * 64,
        )
        case.foreign_papers = [*case.foreign_papers, told.to_stored()]
        case.save(update_fields=["foreign_papers"])
        CaseEvent.objects.create(
            case=case,
            step="REVIEWED",
            centre_code=centre.code,
            centre_name=centre.name,
            occurred_at=NOON,
            recorded_at=NOON,
            actor_kind="STAFF",
        )


def grow_my_cases(scene, numbers) -> None:
    for centre in far_centres(scene, numbers):
        ApplicantCaseEntry.objects.create(
            account_id=scene.zhang.id,
            tracking_number="1",
            centre_code=centre.code,
            centre_name=centre.name,
            item_code="x",
            item_name="x",
            status="ACCEPTED",
            updated_at=NOON,
        )


def grow_flags(scene, numbers) -> None:
    grow_records(scene, numbers)
    CaseStep.objects.filter(sequence__in=list(numbers)).update(step="RED_CARDED")


def grow_records(scene, numbers) -> None:
    for number, centre in zip(numbers, far_centres(scene, numbers), strict=True):
        for tracking_number in (f"R{number}", scene.ids["number"]):
            CaseRecord.objects.create(
                centre_code=centre.code,
                level="COUNTY",
                tracking_number=tracking_number,
                role="SOLE" if tracking_number != scene.ids["number"] else "DECIDING",
                kind="PROMISED",
                item_code="x",
                item_name="x",
                status="ACCEPTED",
                last_step="ACCEPTED",
                last_occurred_at=NOON,
                last_sequence=number,
            )
        CaseStep.objects.create(
            centre_code=centre.code,
            sequence=number,
            message_id=uuid7(),
            tracking_number=scene.ids["number"],
            step="ACCEPTED",
            status="ACCEPTED",
            role="DECIDING",
            occurred_at=NOON,
            received_at=NOON,
        )


def grow_feeds(scene, numbers) -> None:
    for centre in far_centres(scene, numbers):
        Feed.objects.create(source_code=centre.code, destination_code=scene.province.code, gaps=[[1, 2]], missing=2)
