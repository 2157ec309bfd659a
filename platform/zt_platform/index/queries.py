"""Looking up items of all centres, an applicant's cases and a staff member's centres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Func, IntegerField, Min, Q, QuerySet, Value, When
from django.db.models.functions import Length

from zt_platform.index.models import ApplicantCaseEntry, ItemIndexEntry, StaffSeatEntry
from zt_tenants.context import beside
from zt_tenants.searching import searchable
from zt_tenants.wall.access import DatabaseRole
from zt_tenants.wall.querysets import read_beside


@dataclass(frozen=True, slots=True)
class ItemHit:
    """An item of the province's catalogue with the number of centres that accept it."""

    item_code: str
    name: str
    name_en: str
    kind: str
    centres: int


def search_items(text: str, *, centre_code: str | None = None, limit: int = 20) -> list[ItemIndexEntry]:
    """Published items by name, English name, life event, pinyin or initials; of one centre or of all.

    Names that begin with the text come first, then by centre and item. Empty text lists a centre's items, and nothing
    when no centre is named. Source: L-…, D-05.
    """
    found = _matching(text)
    if centre_code is not None:
        found = found.filter(centre_code=centre_code)
    elif not searchable(text):
        return []
    return list(found.order_by("rank", Length("centre_code"), "centre_code", "item_code")[:limit])


def matching_items(text: str, *, centre_code: str | None = None) -> QuerySet[Any, Any]:
    """What :func:`search_items` finds as a queryset, for lists that page: each row has ``rank`` (0 best) and
    ``code_length`` (upper levels are shorter); sort by rank, code_length, centre_code, item_code."""
    found: QuerySet[Any, Any] = _matching(text).annotate(code_length=Length("centre_code"))
    if centre_code is not None:
        return found.filter(centre_code=centre_code)
    return found if text.strip() else found.none()


def search_item_names(text: str, *, limit: int = 20) -> list[ItemHit]:
    """Like :func:`search_items` over all centres, but each item once, with the number of centres that accept it."""
    if not searchable(text):
        return []
    rows = (
        _matching(text)
        .values("item_code")
        .annotate(best=Min("rank"), name=Min("name"), name_en=Min("name_en"), kind=Min("kind"), centres=Count("id"))
        .order_by("best", "item_code")[:limit]
    )
    return [ItemHit(row["item_code"], row["name"], row["name_en"], row["kind"], row["centres"]) for row in rows]


def centres_offering(item_code: str, *, limit: int = 200) -> list[ItemIndexEntry]:
    """The centres that accept an item, upper levels first."""
    return list(
        ItemIndexEntry.objects.filter(item_code=item_code).order_by(Length("centre_code"), "centre_code")[:limit]
    )


def common_life_events(*, limit: int = 8) -> list[str]:
    """The life events (办事主题) that most items of the province serve, for the portal's first page."""
    events = (
        ItemIndexEntry.objects.order_by()
        .annotate(event=Func("life_events", function="unnest", output_field=CharField()))
        .values("event")
        .annotate(items=Count("item_code", distinct=True))
        .order_by("-items", "event")
    )
    return [row["event"] for row in events[:limit]]


@beside(DatabaseRole.PORTAL)
def cases_of(
    account_id: UUID, *, after: tuple[datetime, UUID] | None = None, limit: int = 20
) -> list[ApplicantCaseEntry]:
    """An applicant's cases at all centres, latest change first; ``after`` is the (updated_at, id) of the last one seen.

    Drafts are among what waits (:func:`waiting_for`), not here.
    """
    entries = ApplicantCaseEntry.objects.filter(account_id=account_id, draft_id__isnull=True)
    if after is not None:
        entries = entries.filter(Q(updated_at__lt=after[0]) | Q(updated_at=after[0], id__lt=after[1]))
    return list(entries[:limit])


def all_cases_of(account_id: UUID) -> QuerySet[ApplicantCaseEntry, ApplicantCaseEntry]:
    """An applicant's cases at all centres as a queryset, for lists that page."""
    submitted = ApplicantCaseEntry.objects.filter(account_id=account_id, draft_id__isnull=True)
    return read_beside(submitted, DatabaseRole.PORTAL)


@beside(DatabaseRole.PORTAL)
def waiting_for(account_id: UUID, *, limit: int = 50) -> list[ApplicantCaseEntry]:
    """What waits for an applicant at all centres: duties of cases, what ends first before the rest, and drafts."""
    waiting = ApplicantCaseEntry.objects.filter(account_id=account_id).exclude(duty="")
    return list(waiting.order_by(F("duty_by").asc(nulls_last=True), "-updated_at", "-id")[:limit])


@beside(DatabaseRole.PORTAL)
def centres_of_case(tracking_number: str) -> list[str]:
    """The codes of the centres that hold a case with this number for some account."""
    return sorted(
        ApplicantCaseEntry.objects.filter(tracking_number=searchable(tracking_number))
        .order_by()
        .values_list("centre_code", flat=True)
        .distinct()
    )


@beside(DatabaseRole.PORTAL)
def seats_of(account_id: UUID) -> list[StaffSeatEntry]:
    """The centres where an account holds a post, by code. Says where to look; grants nothing."""
    return list(StaffSeatEntry.objects.filter(account_id=account_id).order_by(Length("centre_code"), "centre_code"))


def _matching(text: str) -> QuerySet[Any, Any]:
    text = searchable(text)
    folded = text.lower().replace(" ", "")
    if not folded:
        return ItemIndexEntry.objects.annotate(rank=Value(0, IntegerField()))
    events = Func("life_events", Value(" "), function="array_to_string", output_field=CharField())
    return (
        ItemIndexEntry.objects.alias(events=events)
        .filter(
            Q(name__icontains=text)
            | Q(name_en__icontains=text)
            | Q(events__icontains=text)
            | Q(pinyin__contains=folded)
            | Q(initials__contains=folded)
            | Q(item_code__iexact=text)
        )
        .annotate(
            rank=Case(
                When(Q(name__startswith=text) | Q(item_code__iexact=text), then=Value(0)),
                When(Q(name__icontains=text) | Q(events__icontains=text), then=Value(1)),
                When(Q(pinyin__startswith=folded) | Q(initials__startswith=folded), then=Value(2)),
                default=Value(3),
                output_field=IntegerField(),
            )
        )
    )
