"""Marked cases and batches, for the clerk who marked them."""

from __future__ import annotations

from collections.abc import Collection

from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.cases.models import Case
from zt_platform.organisation.roles import Role
from zt_tenants.errors import NotFound


def marked_cases(actor: Actor, case_ids: Collection[int]) -> list[Case]:
    """Marked cases oldest first, masked; one statement. Raises NotPermitted unless staff here."""
    actor.require(*Role.values)
    found = Case.objects.submitted().filter(pk__in=case_ids).for_list()
    return list(found.order_by("pk"))


def numbers_of(actor: Actor, case_ids: Collection[int]) -> dict[int, str]:
    """The tracking numbers of submitted cases of this centre, by key. Raises NotPermitted unless staff here."""
    actor.require(*Role.values)
    found = Case.objects.submitted().filter(pk__in=case_ids).values_list("pk", "tracking_number")
    return {pk: number or "" for pk, number in found}


def batch_of(actor: Actor, batch_id: int) -> tuple[AuditRecord, dict[int, AuditRecord]]:
    """A batch of one's own and its results by case; two statements. Raises NotPermitted, NotFound (another's)."""
    actor.require(*Role.values)
    batch = AuditRecord.objects.filter(pk=batch_id, deed=Deed.BATCH, account_id=actor.account_id).first()
    if batch is None:
        raise NotFound
    results = AuditRecord.objects.filter(part_of=batch_id, case_id__isnull=False)
    return batch, {int(one.case_id or 0): one for one in results}
