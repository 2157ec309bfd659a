"""Counting the steps of cases: what was done once it has committed, what was refused at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import transaction

from zt_platform.cases.vocabulary import Action
from zt_tenants.errors import DomainError
from zt_tenants.telemetry.instruments import CASE_ACTIONS

DONE: Final = "DONE"


@contextmanager
def refusals_counted(action: Action) -> Iterator[None]:
    """Count a refusal of the block under its code and let it pass on."""
    try:
        yield
    except DomainError as refusal:
        CASE_ACTIONS.labels(action.value, refusal.code).inc()
        raise


def count_done(action: Action) -> None:
    """Count the step when the transaction commits; one that is rolled back was none."""
    transaction.on_commit(CASE_ACTIONS.labels(action.value, DONE).inc, robust=True)
