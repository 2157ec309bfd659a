"""New keys before the old ones end: one centre, a whole province (resumable), the root, and by itself before expiry."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from zt_interop import signed
from zt_interop.keys.commands import (
    CENTRE_USAGES,
    VALIDITY,
    Wish,
    default_suite,
    issue,
    issue_root_key,
    root_signer,
    suite_for,
)
from zt_interop.keys.commands import state as state_of
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_tenants.clock import now
from zt_tenants.context import outside_centres
from zt_tenants.faults import crash_point
from zt_tenants.models import Centre, Level, Transport

OVERLAP: Final = timedelta(days=30)
ANNOUNCED: Final = timedelta(days=14)
"""How long a key that the night makes lies in the registry before it signs, where centres elsewhere must learn it first."""
TOGETHER: Final = 100
"""Centres whose keys are changed in one transaction."""
_LOCK: Final = 0x5A54_4B59  # one rotation at a time in a database, whoever started it


def rotate_key(
    centre: Centre, *, overlap: timedelta = OVERLAP, suite_name: str = "", usage: KeyUsage = KeyUsage.MESSAGE
) -> PublicKey:
    """Issue a new key; the older ones go on verifying for ``overlap``, so that what is on its way still arrives.

    Raises:
        NoSigningKey: the province has no root key.
        SuiteUnknown: there is no such suite.
    """
    return rotate_keys([centre], overlap=overlap, suite_name=suite_name, usages=[usage])[0]


def rotate_keys(
    centres: Sequence[Centre],
    *,
    overlap: timedelta = OVERLAP,
    suite_name: str = "",
    usages: Collection[KeyUsage] = CENTRE_USAGES,
    announced: timedelta = timedelta(0),
) -> list[PublicKey]:
    """New keys for many centres in one transaction; without ``suite_name`` each keeps its family.

    A key is used so long after now as ``announced`` says, if the one before lasts until then, else at once.

    Raises:
        NoSigningKey: the province has no root key.
        SuiteUnknown: there is no such suite.
    """
    with transaction.atomic():
        moment = now()
        start = moment.replace(microsecond=0)  # signatures bear whole seconds
        later = start + announced
        end = moment + announced + overlap
        root = root_signer()
        ids = [centre.id for centre in centres]
        older = PublicKey.objects.valid_at(moment).filter(centre_id__in=ids, usage__in=CENTRE_USAGES)
        rows = list(older.order_by("not_before", "kid").select_for_update())
        families = {row.centre_id: row.suite for row in rows if row.usage == KeyUsage.MESSAGE}
        lasting = {(row.centre_id, row.usage) for row in rows if row.not_after > later}
        shortened = [row for row in rows if row.usage in usages and row.not_after > end]
        for row in shortened:
            row.not_after = end
            row.statement = state_of(row, root)
        PublicKey.objects.bulk_update(shortened, ["not_after", "statement"])
        wishes = [
            Wish(
                centre,
                usage,
                suite_for(usage, suite_name or families.get(centre.id) or default_suite()),
                begin := later if (centre.id, usage.value) in lasting else start,
                begin + VALIDITY,
            )
            for centre in centres
            for usage in usages
        ]
        return issue(wishes, root=root)


def centres_without_key(*, valid_after: datetime | None = None, made_after: datetime | None = None) -> QuerySet[Centre]:
    """Open centres of this deployment that lack a valid message or encryption key of the kind asked for; one statement.

    ``valid_after``: a key that is still valid then, also one that is announced. ``made_after``: a key made since then.
    """
    moment = now()
    valid = PublicKey.objects.valid_at(moment).filter(centre_id=OuterRef("id"))
    if made_after is not None:
        valid = valid.filter(created_at__gte=made_after)
    lacking = _lacks(valid)
    if valid_after is not None:
        lasting = PublicKey.objects.filter(centre_id=OuterRef("id"), revoked_at__isnull=True, not_after__gt=valid_after)
        lacking |= _lacks(lasting)
    return Centre.objects.open().filter(lacking, transport=Transport.LOCAL).order_by("code")


def _lacks(keys: QuerySet[PublicKey]) -> Q:
    """Whether one of the two is not among these keys."""
    return Q(~Exists(keys.filter(usage=KeyUsage.MESSAGE))) | Q(~Exists(keys.filter(usage=KeyUsage.ENCRYPTION)))


def rotate_province(*, made_before: datetime, overlap: timedelta = OVERLAP, suite_name: str = "") -> int:
    """New keys for every centre of this deployment that got none since ``made_before``; how many centres.

    Group by group, each committed by itself: killed and started again with the same instant it goes on where it was.
    """
    return _rotate_all(partial(centres_without_key, made_after=made_before), overlap=overlap, suite_name=suite_name)


def any_expiring() -> bool:
    """Whether some centre's newest keys end within ``ZT_KEY_ROTATION_DAYS`` (0: never asked); one statement."""
    with outside_centres():
        return settings.ZT_KEY_ROTATION_DAYS > 0 and _signs_the_registry() and _expiring().exists()


def rotate_expiring(*, at_most: int = 2000) -> int:
    """New keys where the newest end within ``ZT_KEY_ROTATION_DAYS`` (0: never); how many centres got them.

    Where a centre runs elsewhere they sign only after :data:`ANNOUNCED`, so that its registry can be brought up to date
    before: a message signed by a key that it does not know would wait.
    """
    if settings.ZT_KEY_ROTATION_DAYS <= 0 or not _signs_the_registry():
        return 0
    elsewhere = Centre.objects.open().filter(transport=Transport.HTTPS).exists()
    announced = ANNOUNCED if elsewhere else timedelta(0)
    return _rotate_all(_expiring, overlap=OVERLAP, suite_name="", at_most=at_most, announced=announced)


def _signs_the_registry() -> bool:
    """Whether the province runs here. Elsewhere new keys are asked for: ``zhengtong federation renew``."""
    return Centre.objects.open().filter(level=Level.PROVINCE, transport=Transport.LOCAL).exists()


def _expiring() -> QuerySet[Centre]:
    return centres_without_key(valid_after=now() + timedelta(days=settings.ZT_KEY_ROTATION_DAYS))


def _rotate_all(
    lacking: Callable[[], QuerySet[Centre]],
    *,
    overlap: timedelta,
    suite_name: str,
    at_most: int | None = None,
    announced: timedelta = timedelta(0),
) -> int:
    rotated = 0
    with outside_centres():
        while at_most is None or rotated < at_most:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
                group = list(
                    lacking()[:TOGETHER]
                )  # asked anew: what is valid now was not yet when the first group began
                if not group:
                    return rotated
                rotate_keys(group, overlap=overlap, suite_name=suite_name, announced=announced)
                crash_point("rotation_before_commit")
            crash_point("rotation_after_commit")
            rotated += len(group)
    return rotated


def rotate_root(*, suite_name: str = "") -> PublicKey:
    """A new root key, and every statement that still counts signed by it; the older roots stay believed until revoked.

    Where ``INTEROP_ROOT_KEYS`` pins roots, add the new one there before the next message.
    """
    root = issue_root_key(suite_name=suite_name)
    restate(root)
    return root


def restate(root: PublicKey) -> int:
    """Sign every row that is not revoked and not expired afresh by this root where another root signed it; how many."""
    signer = root_signer()
    with transaction.atomic():
        wanted = PublicKey.objects.filter(revoked_at__isnull=True, not_after__gt=now()).exclude(usage=KeyUsage.ROOT)
        rows = [row for row in wanted.select_for_update() if _signed_by(row) != root.kid]
        for row in rows:
            row.statement = state_of(row, signer)
        PublicKey.objects.bulk_update(rows, ["statement"], batch_size=500)
    return len(rows)


def _signed_by(row: PublicKey) -> str:
    return signed.parse(row.statement.encode(), typ=signed.KEY_TYPE).header.kid
