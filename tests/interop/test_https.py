"""The same road over a real socket: the inbox as a web address, the transport as its client."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from time import sleep

import pytest
import urllib3

from zt_interop import signed
from zt_interop.batch import MAX_BATCH_BYTES
from zt_interop.errors import DeliveryFailed, NoAnswer
from zt_interop.log.models import MessageLogEntry, Refusal
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_interop.transports.https import HttpsTransport, check_endpoint, post_for_part
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.models import Centre
from zt_tenants.urls import centre_url

pytestmark = pytest.mark.req("Y-01", "Y-02")


@pytest.fixture
def county_elsewhere(committed_world, server) -> Iterator[str]:
    """The county is reached over the web; the address of its inbox."""
    address = f"http://127.0.0.1:{server.server_port}" + centre_url("340123", "interop:inbox")
    Centre.objects.filter(code="340123").update(transport="https", endpoint=address)
    yield address
    Centre.objects.filter(code="340123").update(transport="local", endpoint="")


def _send(world, step: str) -> OutboxMessage:
    with enter(world.city):
        return send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed(step))


def test_messages_arrive_over_the_web_in_order_and_once(committed_world, county_elsewhere, recorder) -> None:
    for step in ("ONE", "TWO", "THREE"):
        _send(committed_world, step)

    assert relay_due() == 2  # the first alone, then the other two under one signature

    assert recorder.steps == ["ONE", "TWO", "THREE"]
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"DELIVERED"}
    with enter(committed_world.county):
        assert set(MessageLogEntry.objects.values_list("transport", flat=True)) == {"https"}


def test_a_refusal_comes_back_over_the_web_with_its_reason(committed_world, county_elsewhere, recorder) -> None:
    message = _send(committed_world, "ONE")
    OutboxMessage.objects.filter(pk=message.pk).update(type="case.vanished.v1")

    relay_due()

    message.refresh_from_db()
    assert (message.state, message.refusal_code) == ("REFUSED", "TYPE_UNKNOWN")


def test_a_server_that_is_away_only_delays(committed_world, county_elsewhere, recorder) -> None:
    Centre.objects.filter(code="340123").update(endpoint="http://127.0.0.1:9/c/340123/interop/inbox")
    _send(committed_world, "ONE")
    relay_due()
    assert OutboundStream.objects.get().failures == 1

    Centre.objects.filter(code="340123").update(endpoint=county_elsewhere)
    with at(now() + timedelta(minutes=1)):
        relay_due()

    assert recorder.steps == ["ONE"]


def test_the_inbox_answers_strangers_with_a_signed_refusal(committed_world, county_elsewhere) -> None:
    response = urllib3.request("POST", county_elsewhere, body=b"hello", retries=False)

    jws = signed.parse(response.data, typ=signed.RECEIPT_TYPE)
    assert (response.status, response.headers["Content-Type"]) == (422, "application/jose")
    assert (jws.header.kid[:7], jws.header.dst) == ("340123:", "*")
    with enter(committed_world.county):
        assert Refusal.objects.get().transport == "https"


def test_the_inbox_takes_only_posts_of_a_bounded_size(committed_world, county_elsewhere) -> None:
    assert urllib3.request("GET", county_elsewhere, retries=False).status == 405
    too_much = b"a" * (signed.MAX_MESSAGE_BYTES + 1)
    assert urllib3.request("POST", county_elsewhere, body=too_much, retries=False).status == 413
    with enter(committed_world.county):
        assert not Refusal.objects.exists()
    assert MAX_BATCH_BYTES > signed.MAX_MESSAGE_BYTES


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://example.org/inbox",
        "http://127.0.0.1.example.org/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://",
    ],
)
def test_only_https_or_loopback_is_called(endpoint: str) -> None:
    with pytest.raises(DeliveryFailed):
        check_endpoint(endpoint)


@pytest.mark.parametrize("endpoint", ["https://city.example/inbox", "http://127.0.0.1:80/x", "http://[::1]:80/x"])
def test_https_and_loopback_are_called(endpoint: str) -> None:
    assert check_endpoint(endpoint) is None
    with pytest.raises(DeliveryFailed):
        check_endpoint(endpoint.replace("http", "ftp", 1))


@pytest.fixture
def dripping() -> Iterator[tuple[str, list[int]]]:
    """A site that sends a line of its header byte by byte; its address, and what it sent."""
    sent: list[int] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            for number in b"HTTP/1.1 200 OK\r\nX-Slowly: " + b"a" * 200:
                line.sendall(bytes([number]))
                sent.append(number)
                sleep(0.05)

    thread = threading.Thread(target=drip)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/c/340123/interop/inbox", sent
    thread.join()
    listening.close()


@pytest.mark.parametrize("what", ["message", "part of a file"])
def test_a_site_that_drips_its_answer_is_left_after_its_time(dripping, settings, what) -> None:
    """Each byte comes in time, the whole does not: a worker must not be held for hours."""
    address, sent = dripping
    settings.INTEROP_ANSWER_SECONDS = 0.3
    with pytest.raises(NoAnswer) as error:
        if what == "message":
            HttpsTransport().deliver(b"a.b.c", destination=Centre(code="340123", transport="https", endpoint=address))
        else:
            post_for_part(address, b"a.b.c", media_type="zt-fetch+jws", at_most=10)

    assert error.value.data["detail"] == "ReadTimeoutError"
    assert 0 < len(sent) < 200
