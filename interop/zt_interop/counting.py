"""Counting what goes out and comes in: for Prometheus, by channel, type and outcome; never by centre.

What another deployment writes into a receipt is counted under words of our own: nobody elsewhere can make up labels here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial

from django.db import transaction

from zt_interop.receipts import Outcome, Receipt
from zt_tenants.telemetry.instruments import MESSAGES_HANDLED, SHIPMENTS, SHIPPED_MESSAGES


def count_answer(receipt: Receipt, *, channel: str, transport: str, messages: int) -> None:
    """Count a delivery that was answered, and its messages unless they must come again."""
    SHIPMENTS.labels(channel, transport, _said(receipt)).inc()
    if not receipt.retry:
        SHIPPED_MESSAGES.labels(channel).inc(messages)


def _said(receipt: Receipt) -> str:
    if receipt.outcome is Outcome.REFUSED and receipt.retry:
        return "busy" if receipt.retry_at is not None else "not_now"
    return receipt.outcome.value


def count_failure(code: str, *, channel: str, transport: str) -> None:
    """Count a delivery without an answer, under the code of our own error."""
    SHIPMENTS.labels(channel, transport, code).inc()


def count_handled(fates: Iterable[tuple[str, str]]) -> None:
    """Count what became of messages (type, state) once the transaction commits; their types were checked before."""
    transaction.on_commit(partial(_add, Counter(fates)), robust=True)


def _add(found: Counter[tuple[str, str]]) -> None:
    for (type_, outcome), number in found.items():
        MESSAGES_HANDLED.labels(type_, outcome).inc(number)
