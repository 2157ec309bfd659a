"""A receipt counts only when the destination signed it, for us, about exactly the bytes that were sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from zt_interop.canonical import sha256_hex
from zt_interop.keys.signing import signer_for
from zt_interop.queue.models import MessageState, OutboundStream, OutboxMessage
from zt_interop.receipts import Outcome, Receipt, sign_receipt
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_interop.transports.local import LocalTransport
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.models import Centre
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("Y-01")
Answer = Callable[[bytes], bytes]


@pytest.fixture
def relay_with(world, recorder, monkeypatch) -> Callable[[Answer], OutboxMessage]:
    """Send one message over a line where somebody else answers instead of the county."""

    def run(answer: Answer) -> OutboxMessage:
        with enter(world.city):
            message = send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed())
        with monkeypatch.context() as patch:
            patch.setattr(LocalTransport, "deliver", lambda self, wire, destination: answer(wire))
            relay_due()
        message.refresh_from_db()
        return message

    return run


def _receipt(wire: bytes, **changes: object) -> Receipt:
    return replace(Receipt(Outcome.ACCEPTED, sha256_hex(wire), now(), uuid7()), **changes)


def _signed(receipt: Receipt, by: Centre, *, source: str = "340123", destination: str = "340100") -> bytes:
    return sign_receipt(
        receipt, receipt_id=uuid7(), source=source, destination=destination, signer=signer_for(by, at=now())
    )


def _unanswered(message: OutboxMessage) -> bool:
    return message.state == MessageState.SIGNED and OutboundStream.objects.get().failures == 1


def test_the_destination_s_own_receipt_counts(world, relay_with) -> None:
    message = relay_with(lambda wire: _signed(_receipt(wire), world.county))

    assert message.state == MessageState.DELIVERED


def test_a_receipt_signed_by_another_centre_does_not(world, relay_with) -> None:
    assert _unanswered(relay_with(lambda wire: _signed(_receipt(wire), world.other_county)))


def test_a_receipt_that_names_another_centre_than_its_signer_does_not(world, relay_with) -> None:
    assert _unanswered(relay_with(lambda wire: _signed(_receipt(wire), world.county, source="341702")))


def test_a_receipt_for_another_sender_does_not(world, relay_with) -> None:
    assert _unanswered(relay_with(lambda wire: _signed(_receipt(wire), world.county, destination="341700")))


def test_a_receipt_about_other_bytes_does_not(world, relay_with) -> None:
    assert _unanswered(relay_with(lambda wire: _signed(_receipt(b"other"), world.county)))


def test_an_expired_receipt_does_not(world, relay_with) -> None:
    def answer(wire: bytes) -> bytes:
        with at(now() - timedelta(hours=1)):
            return _signed(_receipt(wire), world.county)

    assert _unanswered(relay_with(answer))


@pytest.mark.parametrize("junk", [b"", b"OK", b"a.b.c", b"{}"])
def test_an_answer_that_is_no_receipt_does_not(relay_with, junk: bytes) -> None:
    assert _unanswered(relay_with(lambda wire: junk))


def test_an_event_posing_as_a_receipt_does_not(relay_with) -> None:
    assert _unanswered(relay_with(lambda wire: wire))


def test_a_refusal_of_altered_bytes_does_not_make_the_sender_give_up(world, relay_with) -> None:
    """Somebody on the way alters the message; the county refuses what it got, and signs that."""
    refused = {"outcome": Outcome.REFUSED, "code": "SIGNATURE_INVALID", "retry": False, "recorded": False}

    assert _unanswered(relay_with(lambda wire: _signed(_receipt(wire + b"x", **refused), world.county)))


def test_a_message_whose_receipt_was_lost_is_sent_again(world, relay_with, recorder) -> None:
    message = relay_with(lambda wire: b"")

    with at(now() + timedelta(minutes=1)):
        relay_due()

    message.refresh_from_db()
    assert message.state == MessageState.DELIVERED
    assert recorder.steps == ["REVIEWED"]
