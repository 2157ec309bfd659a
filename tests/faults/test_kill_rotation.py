"""kill -9 while keys are renewed at night: a group of centres has its new keys or keeps the old ones, and none gets two."""

from __future__ import annotations

import signal
from collections import Counter
from datetime import timedelta

import pytest
from killed import run_task

from zt_interop.keys.commands import CENTRE_USAGES
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.registry import trusted_key
from zt_interop.keys.rotation import rotate_expiring
from zt_tenants.clock import now

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01", "Y-04")]
RENEW = "zt_interop.tasks.renew_keys"


@pytest.mark.parametrize(("crash_at", "renewed_then"), [("rotation_before_commit", 0), ("rotation_after_commit", 6)])
def test_a_rotation_that_is_killed_is_finished_by_the_next(committed_world, crash_at: str, renewed_then: int) -> None:
    keys = PublicKey.objects.exclude(usage=KeyUsage.ROOT)
    keys.update(not_after=now() + timedelta(days=20))
    older = set(keys.values_list("kid", flat=True))

    assert run_task(RENEW, crash_at) == -signal.SIGKILL
    assert keys.exclude(kid__in=older).count() == renewed_then * len(CENTRE_USAGES)

    assert rotate_expiring() == 6 - renewed_then
    assert rotate_expiring() == 0
    newer = keys.exclude(kid__in=older)
    assert Counter(newer.values_list("centre_id", "usage")) == Counter(
        (centre.id, usage) for centre in committed_world.all for usage in CENTRE_USAGES
    )
    messages = newer.filter(usage=KeyUsage.MESSAGE)
    assert {trusted_key(key.kid, signed_at=now()).centre_code for key in messages} == {
        centre.code for centre in committed_world.all
    }
