"""Fetching attachments: only what was offered, only to whom, only with a fresh signature, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import urllib3

from zt_interop import attachments, signed
from zt_interop.attachments import AttachmentNotOffered, PartRequest, content_digest, fetch_part
from zt_interop.errors import NoAnswer
from zt_interop.keys.signing import signer_for
from zt_interop.log.models import Refusal
from zt_storage.copies import manifest
from zt_storage.objects import ensure_bucket
from zt_storage.offers import offer
from zt_storage.uploads import put_bytes
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.models import Centre
from zt_tenants.urls import centre_url
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("Y-01", "C-06")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Offered:
    """One file of the city, and how the county asks for it."""

    def __init__(self, world, address: str) -> None:
        self.world = world
        self.address = address
        with enter(world.city):
            file = put_bytes(data=PDF, file_name="a.pdf", content_type="application/pdf")
            self.line = manifest([file])[0]

    def offer_to(self, centre: Centre) -> None:
        with enter(self.world.city):
            offer([self.line.key], to=centre.code)

    def request(self, *, by: Centre, **changes: object) -> PartRequest:
        members = {
            "id": uuid7(),
            "source": by.code,
            "destination": "340100",
            "key": self.line.key,
            "sha256": self.line.sha256,
            "first": 0,
            "last": 9,
        }
        return PartRequest(**{**members, **changes})  # type: ignore[arg-type]

    def signed(self, request: PartRequest, *, by: Centre) -> bytes:
        return request.signed_by(signer_for(by, at=now()))

    def post(self, wire: bytes) -> urllib3.BaseHTTPResponse:
        return urllib3.request("POST", self.address, body=wire, retries=False)


@pytest.fixture
def offered(committed_world, server) -> Iterator[Offered]:
    """The city is elsewhere, as the county sees it."""
    ensure_bucket()
    site = f"http://127.0.0.1:{server.server_port}"
    Centre.objects.filter(code="340100").update(
        transport="https", endpoint=site + centre_url("340100", "interop:inbox")
    )
    yield Offered(committed_world, site + centre_url("340100", "interop:attachments"))
    Centre.objects.filter(code="340100").update(transport="local", endpoint="")


def _city() -> Centre:
    return Centre.objects.get(code="340100")


def _code(answer: urllib3.BaseHTTPResponse) -> tuple[int, str]:
    return answer.status, answer.json()["code"] if answer.status == 403 else ""


def test_what_was_offered_is_given_range_by_range(offered) -> None:
    offered.offer_to(offered.world.county)
    with enter(offered.world.county):
        ranges = [(0, 9), (10, len(PDF) - 1)]
        parts = [
            fetch_part(_city(), key=offered.line.key, sha256=offered.line.sha256, first=first, last=last)
            for first, last in ranges
        ]
    assert b"".join(parts) == PDF


def test_the_answer_bears_the_digest_of_the_range(offered) -> None:
    offered.offer_to(offered.world.county)
    answer = offered.post(offered.signed(offered.request(by=offered.world.county), by=offered.world.county))
    assert (answer.status, answer.data) == (206, PDF[:10])
    assert answer.headers["Content-Digest"] == content_digest(PDF[:10])
    assert content_digest(b"hello world").startswith("sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=")


def test_nobody_fetches_what_was_not_offered_to_him(offered) -> None:
    offered.offer_to(offered.world.county)
    county, neighbour = offered.world.county, offered.world.other_county
    with enter(neighbour), pytest.raises(AttachmentNotOffered):
        fetch_part(_city(), key=offered.line.key, sha256=offered.line.sha256, first=0, last=9)
    another = offered.line.key[:-1] + ("1" if offered.line.key.endswith("0") else "0")
    for changes in ({"sha256": "0" * 64}, {"key": another}, {"first": 0, "last": len(PDF)}):
        wire = offered.signed(offered.request(by=county, **changes), by=county)
        assert _code(offered.post(wire)) == (404, "")


def test_a_request_in_the_name_of_another_centre_is_refused(offered) -> None:
    offered.offer_to(offered.world.county)
    neighbour = offered.world.other_county
    request = offered.request(by=neighbour, source="340123")
    assert _code(offered.post(offered.signed(request, by=neighbour))) == (403, "WRONG_SOURCE")


def test_a_forged_request_is_refused_and_recorded(offered) -> None:
    offered.offer_to(offered.world.county)
    wire = offered.signed(offered.request(by=offered.world.county), by=offered.world.county)
    forged = wire[:-8] + b"AAAAAAA" + wire[-1:]
    assert offered.post(forged).status == 403
    with enter(offered.world.city):
        refusal = Refusal.objects.get()
        assert (refusal.transport, refusal.authentic) == ("https", False)


def test_a_request_answers_once(offered) -> None:
    offered.offer_to(offered.world.county)
    wire = offered.signed(offered.request(by=offered.world.county), by=offered.world.county)
    assert offered.post(wire).status == 206
    assert _code(offered.post(wire)) == (403, "FETCH_REPLAYED")


def test_an_old_request_and_one_that_would_live_long_are_refused(offered) -> None:
    offered.offer_to(offered.world.county)
    county = offered.world.county
    with at(now() - timedelta(minutes=10)):
        old = offered.signed(offered.request(by=county), by=county)
    assert _code(offered.post(old)) == (403, "SIGNATURE_EXPIRED")
    short = signed.parse(offered.signed(offered.request(by=county), by=county), typ=attachments.FETCH_TYPE)
    long = signed.sign(
        short.payload,
        typ=attachments.FETCH_TYPE,
        signer=signer_for(county, at=now()),
        destination="340100",
        at=now(),
        lifetime=timedelta(minutes=30),
    )
    assert _code(offered.post(long)) == (403, "ENVELOPE_INVALID")


def test_no_more_than_a_part_is_given_at_a_time(offered) -> None:
    county = offered.world.county
    for first, last in ((0, attachments.PART_BYTES), (5, 4)):
        wire = offered.signed(offered.request(by=county, first=first, last=last), by=county)
        assert _code(offered.post(wire)) == (403, "RANGE_INVALID")
    assert offered.post(b"a" * (attachments.MAX_REQUEST_BYTES + 1)).status == 413
    assert urllib3.request("GET", offered.address, retries=False).status == 405


def test_silence_is_tried_again_only_when_nobody_waits(offered, monkeypatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(attachments.time, "sleep", slept.append)
    Centre.objects.filter(code="340100").update(endpoint="http://127.0.0.1:9/c/340100/interop/inbox")
    with enter(offered.world.county):
        with pytest.raises(NoAnswer):
            fetch_part(_city(), key=offered.line.key, sha256=offered.line.sha256, first=0, last=9)
        assert slept == []
        with attachments.patiently(), pytest.raises(NoAnswer):
            fetch_part(_city(), key=offered.line.key, sha256=offered.line.sha256, first=0, last=9)
    assert slept == list(attachments.WAITS)
