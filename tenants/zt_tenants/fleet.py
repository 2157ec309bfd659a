"""How far the fleet is: centres by schema revision, and those whose last try failed. A few statements at any size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, F

from zt_tenants.models import Centre, SchemaLedgerEntry, SchemaStep
from zt_tenants.schema import steps_of_the_code

MOST_FAILURES: Final = 200


@dataclass(frozen=True, slots=True)
class Revision:
    """A schema revision and the number of centres that are there."""

    ordinal: int
    label: str
    centres: int


@dataclass(frozen=True, slots=True)
class FailedCentre:
    """A centre whose last try failed, with the database's words."""

    code: str
    short_name: str
    ordinal: int
    label: str
    failed_at: datetime
    tries: int
    error: str


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """Where all centres of this deployment are."""

    latest: int
    revisions: tuple[Revision, ...]
    failed: tuple[FailedCentre, ...]
    unrecorded: int
    """Migrations of this code that were not rolled out at all yet; negative when the database is newer than the code."""

    @property
    def centres(self) -> int:
        """All centres."""
        return sum(revision.centres for revision in self.revisions)

    @property
    def behind(self) -> int:
        """Centres that are not at the newest revision."""
        return sum(revision.centres for revision in self.revisions if revision.ordinal < self.latest)

    @property
    def mixed(self) -> bool:
        """Whether not all centres have the tables that this code expects."""
        return self.behind > 0 or self.unrecorded > 0


def fleet_status() -> FleetStatus:
    """Read where all centres are; three statements, of the shared schema only."""
    labels = {
        ordinal: f"{app}.{name}"
        for ordinal, app, name in SchemaStep.objects.values_list("ordinal", "app_label", "name")
    }
    latest = max(labels, default=0)
    counted = Centre.objects.here().order_by("schema_ordinal").values_list("schema_ordinal").annotate(n=Count("id"))
    last_tries = (
        SchemaLedgerEntry.objects.filter(centre__schema_ordinal__lt=latest, ordinal__gt=F("centre__schema_ordinal"))
        .exclude(error="")
        .order_by("centre_id", "-began_at")
        .distinct("centre_id")
        .select_related("centre")
    )
    failed = [
        FailedCentre(
            code=entry.centre.code,
            short_name=entry.centre.short_name,
            ordinal=entry.ordinal,
            label=labels.get(entry.ordinal, ""),
            failed_at=entry.began_at,
            tries=entry.tries,
            error=entry.error,
        )
        for entry in last_tries[:MOST_FAILURES]
    ]
    return FleetStatus(
        latest=latest,
        revisions=tuple(Revision(ordinal, labels.get(ordinal, ""), number) for ordinal, number in counted),
        failed=tuple(sorted(failed, key=lambda centre: centre.code)),
        unrecorded=steps_of_the_code() - len(labels),
    )


def unrecorded_migrations() -> int:
    """Migrations of this code that were not rolled out at all yet; one statement. Negative: the database is newer."""
    return steps_of_the_code() - SchemaStep.objects.count()
