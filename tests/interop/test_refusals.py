"""Forged, altered, expired, misaddressed …: each refused with its own code, recorded, and without any effect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from zt_interop import refusals, signed
from zt_interop.canonical import canonical_bytes
from zt_interop.keys.commands import issue_key, revoke_key
from zt_interop.keys.models import PublicKey
from zt_interop.keys.signing import StoredSigner
from zt_interop.log.models import InboundStream, InboxMessage, MessageLogEntry, Refusal
from zt_interop.suites import suite
from zt_interop.testing import Sender, progressed
from zt_tenants.clock import now
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-01", "Y-04")


@pytest.fixture
def nothing_happens(sender, recorder) -> Iterator[None]:
    """Whatever the test sends: the handler is never called and only the refusal log grows."""
    yield
    assert recorder.applied == []
    assert recorder.prepared == []
    with enter(sender.destination):
        assert not InboxMessage.objects.exists()
        assert not MessageLogEntry.objects.exists()
        assert not InboundStream.objects.filter(last_sequence__gt=0).exists()
        assert Refusal.objects.count() == 1


def _refused(sender: Sender, wire: bytes) -> str:
    receipt = sender.deliver(wire)
    assert receipt["outcome"] == "refused"
    assert receipt["reason"]["zh"]
    assert receipt["reason"]["en"]
    with enter(sender.destination):
        assert Refusal.objects.get().code == receipt["code"]
    return str(receipt["code"])


def _seal(sender: Sender, payload: bytes, **header: object) -> bytes:
    """Sign any payload under any header."""
    issued = int(now().timestamp())
    members = {"kid": sender.signer.kid, "typ": signed.EVENT_TYPE, "iat": issued, "exp": issued + 600}
    return signed.seal(signed.Header(**{**members, "dst": sender.destination.code, **header}), payload, sender.signer)


def test_forged_with_a_key_of_one_s_own(sender, nothing_happens) -> None:
    forger = StoredSigner(sender.signer.kid, "EdDSA", suite("EdDSA").generate().private_key)
    wire = signed.sign(sender.event().canonical(), typ=signed.EVENT_TYPE, signer=forger, destination="340123", at=now())

    assert _refused(sender, wire) == "SIGNATURE_INVALID"


def test_altered_on_the_way(sender, nothing_happens) -> None:
    header, _, signature = sender.wire(sender.event()).split(b".")
    altered = signed.encode(sender.event(progressed("APPROVED")).canonical())

    assert _refused(sender, b".".join((header, altered, signature))) == "SIGNATURE_INVALID"


def test_unsigned(sender, nothing_happens) -> None:
    head = canonical_bytes({**signed.Header("340100:x", signed.EVENT_TYPE, 1, 2, "340123").to_json(), "alg": "none"})
    wire = signed.encode(head) + b"." + signed.encode(sender.event().canonical()) + b".AA"

    assert _refused(sender, wire) == "ALGORITHM_REFUSED"


def test_expired(sender, nothing_happens) -> None:
    wire = sender.wire(sender.event(), at=now() - timedelta(minutes=12))

    assert _refused(sender, wire) == "SIGNATURE_EXPIRED"


def test_signed_in_the_future(sender, nothing_happens) -> None:
    wire = sender.wire(sender.event(), at=now() + timedelta(minutes=5))

    assert _refused(sender, wire) == "SIGNATURE_NOT_YET_VALID"


def test_misaddressed_by_its_header(sender, nothing_happens) -> None:
    assert _refused(sender, sender.wire(sender.event(), destination="341702")) == "MISADDRESSED"


def test_misaddressed_by_its_event(sender, nothing_happens) -> None:
    wire = sender.wire(sender.event(destination="341702"), destination="340123")

    assert _refused(sender, wire) == "MISADDRESSED"


def test_a_message_for_another_centre_replayed_here(world, sender, nothing_happens) -> None:
    elsewhere = Sender(world.city, world.other_county)

    assert _refused(sender, elsewhere.wire(elsewhere.event())) == "MISADDRESSED"


def test_unknown_key(sender, nothing_happens) -> None:
    wire = _seal(sender, sender.event().canonical(), kid="340100:nobody")

    assert _refused(sender, wire) == "KEY_UNKNOWN"


def test_revoked_key(sender, nothing_happens) -> None:
    wire = sender.wire(sender.event())
    revoke_key(sender.signer.kid, reason="遗失")

    assert _refused(sender, wire) == "KEY_REVOKED"


def test_key_outside_its_validity(sender, nothing_happens) -> None:
    key = issue_key(sender.source, not_before=now() - timedelta(days=2), not_after=now() + timedelta(minutes=1))
    wire = sender.wire(sender.event())
    assert sender.signer.kid == key.kid
    PublicKey.objects.filter(kid=key.kid).delete()
    issued_before = _seal(sender, sender.event().canonical(), iat=1, exp=601)

    assert signed.parse(wire, typ=signed.EVENT_TYPE).header.kid == key.kid
    assert _refused(sender, issued_before) == "KEY_NOT_VALID"


def test_key_that_the_province_does_not_vouch_for(sender, nothing_happens) -> None:
    wire = sender.wire(sender.event())
    PublicKey.objects.filter(kid=sender.signer.kid).update(centre_code="340000")

    assert _refused(sender, wire) == "KEY_UNTRUSTED"


def test_another_source_than_the_key_s_owner(sender, nothing_happens) -> None:
    wire = sender.wire(sender.event(source="341700"))

    assert _refused(sender, wire) == "WRONG_SOURCE"


def test_unknown_suite(sender, nothing_happens) -> None:
    head = canonical_bytes({**signed.Header("340100:x", signed.EVENT_TYPE, 1, 2, "340123").to_json(), "suite": "SM2"})

    assert _refused(sender, signed.encode(head) + b".e30.AA") == "SUITE_UNKNOWN"


def test_header_with_one_member_too_many(sender, nothing_happens) -> None:
    head = canonical_bytes({**signed.Header("340100:x", signed.EVENT_TYPE, 1, 2, "340123").to_json(), "jku": "x"})

    assert _refused(sender, signed.encode(head) + b".e30.AA") == "HEADER_INVALID"


def test_signature_that_wants_to_live_for_a_day(sender, nothing_happens) -> None:
    issued = int(now().timestamp())

    assert _refused(sender, _seal(sender, sender.event().canonical(), exp=issued + 86400)) == "HEADER_INVALID"


@pytest.mark.parametrize(
    "junk", [b"", b"hello", b"a.b", b"....", b"{}", b"{", b'{"manifest":1,"events":[]}', b"\0" * 9]
)
def test_junk(sender, nothing_happens, junk: bytes) -> None:
    assert _refused(sender, junk) == "MALFORMED"


def test_oversize(sender, nothing_happens) -> None:
    assert _refused(sender, b"a" * (signed.MAX_MESSAGE_BYTES + 1)) == "TOO_LARGE"


def test_deeply_nested(sender, nothing_happens) -> None:
    deep = b'{"data":' * 2000 + b"1" + b"}" * 2000

    assert _refused(sender, _seal(sender, deep)) == "TOO_DEEP"


def test_another_spelling_of_the_same_event(sender, nothing_happens) -> None:
    spaced = sender.event().canonical().replace(b'":', b'": ')

    assert _refused(sender, _seal(sender, spaced)) == "NOT_CANONICAL"


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"id": "not-a-uuid"},
        {"id": "9f1b6a3e-8f0e-4c3b-9d6a-3c1f5f0a1b2c"},
        {"time": "2026-03-02T09:30:00Z"},
        {"time": "2026-02-30T09:30:00.000000Z"},
        {"sequence": 0},
        {"sequence": "1"},
        {"prevhash": "0"},
        {"channel": "receipt"},
        {"channel": "supervision"},
        {"subject": ""},
        {"data": []},
        {"dataschema": "urn:zhengtong:schema:case.decided.v1"},
    ],
)
def test_envelope_that_is_not_the_protocol_s(sender, nothing_happens, change: dict[str, object]) -> None:
    payload = canonical_bytes({**sender.event().to_json(), **change})

    assert _refused(sender, _seal(sender, payload)) == "ENVELOPE_INVALID"


def test_first_message_that_is_not_the_first(sender, nothing_happens) -> None:
    assert _refused(sender, sender.wire(sender.event(sequence=5))) == "SEQUENCE_GAP"


def test_first_message_linked_to_something_else(sender, nothing_happens) -> None:
    assert _refused(sender, sender.wire(sender.event(prevhash="f" * 64))) == "LINK_BROKEN"


def test_the_refusal_log_keeps_an_excerpt_and_counts_repetitions(sender, recorder) -> None:
    wire = sender.wire(sender.event(), destination="341702")
    sender.deliver(wire)
    sender.deliver(wire)

    with enter(sender.destination):
        refusal = Refusal.objects.get()

    assert (refusal.times, refusal.authentic, refusal.source_code) == (2, True, "340100")
    assert refusal.size == len(wire)
    assert refusal.excerpt == wire[:512].decode()


def test_a_forged_message_is_not_laid_at_the_door_of_the_centre_it_names(sender, recorder) -> None:
    forger = StoredSigner(sender.signer.kid, "EdDSA", suite("EdDSA").generate().private_key)
    sender.deliver(
        signed.sign(sender.event().canonical(), typ=signed.EVENT_TYPE, signer=forger, destination="340123", at=now())
    )

    with enter(sender.destination):
        refusal = Refusal.objects.get()

    assert (refusal.authentic, refusal.source_code, refusal.kid) == (False, "", sender.signer.kid)


def test_junk_of_strangers_cannot_fill_the_schema(sender, recorder, monkeypatch) -> None:
    monkeypatch.setattr(refusals, "_STRANGERS_KEPT", 3)
    sender.deliver(sender.wire(sender.event(), destination="341702"))

    for number in range(8):
        sender.deliver(b"junk %d" % number)

    with enter(sender.destination):
        assert Refusal.objects.filter(authentic=False).count() == 3
        assert Refusal.objects.filter(authentic=True).count() == 1


def test_neither_can_a_centre_whose_messages_are_refused_again_and_again(world, sender, recorder, monkeypatch) -> None:
    """Every attempt is signed afresh, so it is other bytes; what took its place in a stream is never forgotten."""
    monkeypatch.setattr(refusals, "_OF_A_SENDER_KEPT", 3)
    assert sender.send({"bad": "data"})["code"] == "SCHEMA_INVALID"
    neighbour = Sender(world.other_city, world.county)
    neighbour.deliver(neighbour.wire(neighbour.event(destination="340101"), destination="340123"))
    for _ in range(8):
        sender.deliver(sender.wire(sender.event(sequence=7)))

    with enter(sender.destination):
        kept = Refusal.objects.filter(source_code="340100", recorded_sequence__isnull=True)
        assert [row.code for row in kept] == ["SEQUENCE_GAP"] * 3
        assert kept.earliest("id").id == Refusal.objects.latest("id").id - 2, "the newest stay"
        assert Refusal.objects.get(recorded_sequence=1).code == "SCHEMA_INVALID"
        assert Refusal.objects.get(source_code="341700").code == "MISADDRESSED"


def test_the_neighbour_has_no_part_in_a_refusal(world, sender, recorder) -> None:
    sender.deliver(b"junk")

    with enter(world.other_county):
        assert not Refusal.objects.exists()
