"""Feeding the indexes. Called by the centres' own commands and message handlers, inside their transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zt_platform.index.models import ApplicantCaseEntry, ItemIndexEntry, StaffSeatEntry
from zt_tenants.context import current_centre

_ITEM_FIELDS = (
    "centre_name",
    "name",
    "name_en",
    "department_name",
    "pinyin",
    "initials",
    "life_events",
    "kind",
    "promised_days",
    "statutory_days",
)


@dataclass(frozen=True, slots=True)
class IndexedItem:
    """What the portal needs to know of a published item."""

    item_code: str
    name: str
    name_en: str
    department_name: str
    pinyin: str
    initials: str
    life_events: Sequence[str]
    kind: str
    promised_days: int
    statutory_days: int


def upsert_item_entries(items: Iterable[IndexedItem]) -> int:
    """Put published items of the current centre into the index; one statement. Returns how many."""
    centre = current_centre()
    entries = [
        ItemIndexEntry(
            centre_id=centre.id,
            centre_code=centre.code,
            centre_name=centre.name,
            item_code=item.item_code,
            name=item.name,
            name_en=item.name_en,
            department_name=item.department_name,
            pinyin=item.pinyin,
            initials=item.initials,
            life_events=list(item.life_events),
            kind=item.kind,
            promised_days=item.promised_days,
            statutory_days=item.statutory_days,
        )
        for item in items
    ]
    ItemIndexEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["centre_code", "item_code"], update_fields=_ITEM_FIELDS
    )
    return len(entries)


def remove_item_entries(item_codes: Collection[str]) -> int:
    """Take items of the current centre out of the index (retired, or no longer accepted here). Returns how many."""
    deleted, _ = ItemIndexEntry.objects.filter(
        centre_code=current_centre().code, item_code__in=list(item_codes)
    ).delete()
    return deleted


@dataclass(frozen=True, slots=True)
class IndexedCase:
    """How a case of an account stands."""

    account_id: UUID
    tracking_number: str
    item_code: str
    item_name: str
    status: str
    updated_at: datetime
    duty: str = ""
    duty_by: datetime | None = None
    draft_id: int | None = None


def draft_number(draft_id: int) -> str:
    """What stands for the number of a draft of the current centre, which has none yet."""
    return f"draft-{draft_id}"


def replace_draft_entry(draft_id: int, case: IndexedCase) -> bool:
    """Turn the row of a draft of the current centre into that of the case it became; whether there was one."""
    drafts = ApplicantCaseEntry.objects.filter(
        account_id=case.account_id, tracking_number=draft_number(draft_id), centre_code=current_centre().code
    )
    changed = drafts.update(
        tracking_number=case.tracking_number,
        item_name=case.item_name,
        status=case.status,
        updated_at=case.updated_at,
        duty=case.duty,
        duty_by=case.duty_by,
        draft_id=None,
    )
    return changed > 0


def remove_draft_entries(draft_ids: Collection[int]) -> int:
    """Take drafts of the current centre out of "my cases"; one statement. Returns how many."""
    rows = ApplicantCaseEntry.objects.filter(centre_code=current_centre().code, draft_id__in=list(draft_ids))
    return rows.delete()[0]


def upsert_case_entries(cases: Sequence[IndexedCase]) -> None:
    """Record how applicants' cases stand at the current centre; one statement, later calls replace earlier ones."""
    centre = current_centre()
    ApplicantCaseEntry.objects.bulk_create(
        [
            ApplicantCaseEntry(
                account_id=case.account_id,
                tracking_number=case.tracking_number,
                centre_code=centre.code,
                centre_name=centre.name,
                item_code=case.item_code,
                item_name=case.item_name,
                status=case.status,
                updated_at=case.updated_at,
                duty=case.duty,
                duty_by=case.duty_by,
                draft_id=case.draft_id,
            )
            for case in cases
        ],
        update_conflicts=True,
        unique_fields=["account_id", "tracking_number", "centre_code"],
        update_fields=["centre_name", "item_code", "item_name", "status", "updated_at", "duty", "duty_by"],
    )


def upsert_seats(account_ids: Iterable[UUID]) -> None:
    """Record that these accounts hold posts at the current centre; one statement."""
    centre = current_centre()
    StaffSeatEntry.objects.bulk_create(
        [
            StaffSeatEntry(account_id=account_id, centre_code=centre.code, centre_name=centre.name)
            for account_id in account_ids
        ],
        update_conflicts=True,
        unique_fields=["account_id", "centre_code"],
        update_fields=["centre_name"],
    )


def remove_seat(account_id: UUID) -> None:
    """Record that an account no longer holds a post at the current centre."""
    StaffSeatEntry.objects.filter(account_id=account_id, centre_code=current_centre().code).delete()
