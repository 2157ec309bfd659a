"""After a whole road no applicant can be read in the shared queue, in a centre's log, in the broker or in the cache."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import connection
from psycopg import sql

from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.queue.models import OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.context import enter
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("Y-11", "C-06")
NAME, NUMBER = "欧阳静怡", "340104199002291234"


def _spellings(text: str) -> list[bytes]:
    """As it would stand in a dump: as it is, escaped by JSON, in hexadecimal (bytea) and in base64 at each offset."""
    raw = text.encode()
    found = [raw, json.dumps(text)[1:-1].encode(), raw.hex().encode(), json.dumps(text)[1:-1].encode().hex().encode()]
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw)
        found.append(encoded[4 if offset else 0 : len(encoded) // 4 * 4 - 4])
    return found


def _tables(world) -> Iterator[tuple[str, str]]:
    """The queue, the registry of keys and everything interop keeps in the centres."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE tablename LIKE 'interop%%' AND schemaname = ANY(%s)",
            [["shared", *(centre.schema_name for centre in world.all)]],
        )
        yield from cursor.fetchall()


def _dump(world) -> bytes:
    """The tables as pg_dump would write them."""
    written = bytearray()
    for schema, table in _tables(world):
        with connection.cursor() as cursor:
            command = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
            with cursor.cursor.copy(command) as copy:
                for block in copy:
                    written += bytes(block)
    return bytes(written)


def _valkey() -> bytes:
    """Every key and value of the broker and the cache."""
    written = bytearray()
    for address in (settings.CELERY_BROKER_URL, settings.CACHES["default"]["LOCATION"]):
        client = redis.Redis.from_url(address)
        try:
            for key in client.scan_iter():
                written += bytes(key) + bytes(client.dump(key) or b"")
        finally:
            client.close()
    return bytes(written)


@pytest.mark.parametrize("transport", ["local", "https"])
def test_neither_name_nor_number_can_be_found_after_the_road(committed_world, recorder, monkeypatch, transport) -> None:
    """Queued, delivered, parked and refused messages alike; the subject is found, so the search itself works."""
    from zt_interop.errors import NoHandler
    from zt_interop.receive import receive
    from zt_interop.transports.https import HttpsTransport

    world = committed_world
    monkeypatch.setattr(
        HttpsTransport,
        "deliver",
        lambda self, wire, destination: receive(wire, at=world.county, transport=self.name),
    )
    Centre.objects.filter(code="340123").update(transport=transport, endpoint="https://elsewhere.example/inbox")
    try:
        recorder.fail_on["PARKED"] = NoHandler(type="x")
        for step in ("ONE", "PARKED", "WAITING"):
            with enter(world.city):
                data = progressed(step, note=f"申请人{NAME}，身份证{NUMBER}")
                send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=data)
        queued = _dump(world)
        assert relay_due()
        with enter(world.city):
            send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=data)
        delivered, kept = _dump(world), _valkey()
    finally:
        Centre.objects.filter(code="340123").update(transport="local", endpoint="")

    assert recorder.applied[0].data["note"] == f"申请人{NAME}，身份证{NUMBER}"
    assert OutboxMessage.objects.filter(state="DELIVERED").count() == 3
    for dump in (queued, delivered):
        assert SUBJECT.encode() in dump
        assert PublicKey.objects.filter(usage=KeyUsage.ROOT).values_list("kid", flat=True)[0].encode() in dump
        for text in (NAME, NUMBER):
            assert [spelling for spelling in _spellings(text) if spelling in dump] == []
    for text in (NAME, NUMBER):
        assert [spelling for spelling in _spellings(text) if spelling in kept] == []


@pytest.mark.parametrize("text", [NAME, NUMBER])
def test_the_search_would_find_them_in_each_spelling(text) -> None:
    for offset in range(4):
        clear = b"x" * offset + text.encode() + b"tail"
        for written in (clear, json.dumps(text).encode(), clear.hex().encode(), base64.b64encode(clear)):
            assert any(spelling in written for spelling in _spellings(text)), written
