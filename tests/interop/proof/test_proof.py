"""A case's messages, taken out of the log into a bundle and checked offline: each part that is altered is named."""

from __future__ import annotations

import base64
import copy
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from zt_interop import signed
from zt_interop.canonical import parse_strict, sha256_hex
from zt_interop.keys.commands import issue_key, revoke_key
from zt_interop.keys.signing import signer_for
from zt_interop.log.models import MessageLogEntry
from zt_interop.proof.bundle import Bundle, read_bundle, write_bundle
from zt_interop.proof.collect import Attachment, proof_of
from zt_interop.proof.errors import NothingLogged
from zt_interop.proof.heads import close_log
from zt_interop.proof.leaves import HEAD_EVENT
from zt_interop.proof.report import Part, Report, Verdict
from zt_interop.proof.verify import verify
from zt_interop.queue.models import OutboxMessage
from zt_interop.receipts import Outcome, Receipt, sign_receipt
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, SUPERVISED, Recorder, Sender, progressed, supervised
from zt_tenants import clock
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("Y-01", "Y-06", "R-11")
OTHER = "340100-20260302-000002-Y"
DIGEST = "ab" * 32
FILE = sha256_hex(b"abc")
PAPER = {
    "kind": "ACCEPTANCE",
    "number": "皖受〔2026〕1号",
    "code": "340100-0000-0000-0000-0000",
    "issued_on": "2026-03-02",
}


def _send(world, *steps: str, subject: str = SUBJECT) -> None:
    """Messages to the county and events to the province, of one case among others."""
    with enter(world.city):
        for step in steps:
            data = progressed(step, subject, note=f"附件 {DIGEST}")
            send_message(destination=world.county.code, type=PROGRESSED, subject=subject, data=data)
            send_message(
                destination=world.province.code,
                type=SUPERVISED,
                subject=subject,
                data=supervised(subject, step),
                channel="supervision",
            )


@pytest.fixture
def proof(world, recorder: Recorder) -> dict[str, Any]:
    """What the city can prove about a case: messages that went alone and in a batch with another's, receipted and
    witnessed."""
    start = now()
    for step in ("ACCEPTED", "REVIEWED"):
        _send(world, step)
        relay_due()
    _send(world, "ACCEPTED", subject=OTHER)
    _send(world, "APPROVED", "COMPLETED")
    relay_due()
    with clock.at(start + timedelta(hours=1)):
        with enter(world.city):
            assert close_log(until=start + timedelta(minutes=5)) is not None
        relay_due()
        with enter(world.city):
            return proof_of(SUBJECT, attachments=[Attachment(DIGEST, 3, "身份证明.pdf")])


def _verified(proof: dict[str, Any], **named: Any) -> Report:
    """Through the file, as a stranger would."""
    file = io.BytesIO()
    write_bundle(proof, file)
    return verify(read_bundle(file.getvalue()), **named)


def test_a_bundle_holds_and_shows_nothing_of_other_cases(proof) -> None:
    report = _verified(proof)

    assert report.first_broken is None
    assert report.count(Part.DELIVERY) == len(proof["deliveries"])
    assert report.count(Part.HEAD) == 1
    assert report.count(Part.STREAM) == 4, "two in a row on either channel, before and after the other case"
    assert report.count(Part.ATTACHMENT) == 1
    assert not any(link.verdict is Verdict.NOTE for link in report.links)
    assert OTHER not in str([delivery["events"] for delivery in proof["deliveries"]])
    shown = [parse_strict(event["event"].encode()) for part in proof["deliveries"] for event in part["events"]]
    assert {event["type"] for event in shown} == {PROGRESSED, SUPERVISED}


def test_the_same_log_gives_the_same_bytes(proof) -> None:
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        write_bundle(copy.deepcopy(proof), file, files={DIGEST: b"abc"})

    assert files[0].getvalue() == files[1].getvalue()


def test_the_reader_can_name_the_root(proof) -> None:
    [root] = _verified(proof).roots

    assert _verified(proof, anchors=[root]).is_anchored
    stranger = _verified(proof, anchors=["340000:somebody-else"])
    assert stranger.first_broken is not None
    assert stranger.first_broken.part is Part.KEY


def _flip(text: str) -> str:
    """Change one character in the middle, so that it stays base64url."""
    middle = len(text) // 2
    return text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]


def _alter_payload(jws: str) -> str:
    header, payload, signature = jws.split(".")
    content = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    changed = content.replace(b"REVIEWED", b"APPROVED")
    assert changed != content
    return f"{header}.{base64.urlsafe_b64encode(changed).rstrip(b'=').decode()}.{signature}"


def _single(proof: dict[str, Any], number: int = 0) -> dict[str, Any]:
    return [delivery for delivery in proof["deliveries"] if delivery["wire"]][number]


def _batch(proof: dict[str, Any]) -> dict[str, Any]:
    return [delivery for delivery in proof["deliveries"] if delivery["manifest"]][-1]


def _change(delivery: dict[str, Any], name: str, act: Callable[[Any], Any]) -> None:
    delivery[name] = act(delivery[name])


ALTERATIONS: dict[str, tuple[Callable[[dict[str, Any]], None], Part]] = {
    "content of a message": (lambda proof: _change(_single(proof, 1), "wire", _alter_payload), Part.DELIVERY),
    "signature of a message": (
        lambda proof: _change(_single(proof), "wire", lambda w: w[:-8] + "AAAAAAAA"),
        Part.DELIVERY,
    ),
    "digest of a message": (lambda proof: _change(_single(proof), "wire_sha256", lambda _: "0" * 64), Part.DELIVERY),
    "receipt": (lambda proof: _change(_single(proof), "receipt", _flip), Part.DELIVERY),
    "receipt of another message": (
        lambda proof: _single(proof).update(receipt=_single(proof, 1)["receipt"]),
        Part.DELIVERY,
    ),
    "direction": (lambda proof: _single(proof).update(direction="IN"), Part.DELIVERY),
    "counterpart": (lambda proof: _single(proof).update(counterpart="341702"), Part.DELIVERY),
    "sequence": (lambda proof: _change(_single(proof), "first_sequence", lambda n: n + 1), Part.DELIVERY),
    "place under the head": (lambda proof: _change(_single(proof)["head"], "index", lambda n: n + 1), Part.DELIVERY),
    "audit path": (lambda proof: _single(proof)["head"].update(path=["0" * 64]), Part.DELIVERY),
    "a head that is not there": (lambda proof: _single(proof)["head"].update(number=7), Part.DELIVERY),
    "manifest": (lambda proof: _change(_batch(proof), "manifest", _flip), Part.DELIVERY),
    "event of a batch": (
        lambda proof: _change(_batch(proof)["events"][0], "event", lambda e: e.replace("APPROVED", "REJECTED")),
        Part.DELIVERY,
    ),
    "event in another place": (
        lambda proof: _change(_batch(proof)["events"][0], "index", lambda n: n + 1),
        Part.DELIVERY,
    ),
    "event in two places": (
        lambda proof: _batch(proof)["events"].append({**_batch(proof)["events"][0], "index": 0}),
        Part.DELIVERY,
    ),
    "subject": (lambda proof: proof.update(subject=OTHER), Part.DELIVERY),
    "head": (lambda proof: _change(proof["heads"][0], "wire", _flip), Part.HEAD),
    "witness": (lambda proof: _change(proof["heads"][0], "receipt", _flip), Part.HEAD),
    "a head without its witness": (
        lambda proof: proof["heads"][0].update(receipt=_single(proof)["receipt"]),
        Part.HEAD,
    ),
    "key statement": (lambda proof: _change(proof["keys"][0], "statement", _flip), Part.KEY),
    "revocation": (lambda proof: proof["keys"][0].update(revocation=proof["keys"][0]["statement"]), Part.KEY),
    "a member that does not belong": (lambda proof: proof.update(remark="…"), Part.BUNDLE),
    "no deliveries": (lambda proof: proof.update(deliveries=[]), Part.BUNDLE),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_what_was_altered_is_named(proof, name: str) -> None:
    alter, part = ALTERATIONS[name]
    alter(proof)

    broken = _verified(proof).first_broken

    assert broken is not None
    assert broken.part is part


def test_a_message_taken_out_leaves_no_mark_but_the_link(world, proof) -> None:
    """What is left out of a bundle is not shown; what is put in another's place breaks the link."""
    first, second = _single(proof), _single(proof, 1)
    swapped = copy.deepcopy(proof)
    swapped["deliveries"].remove(first)
    assert _verified(swapped).holds
    assert _verified(swapped).count(Part.STREAM) == _verified(proof).count(Part.STREAM) - 1
    assert second["first_sequence"] == first["first_sequence"] + 1


def test_a_key_that_is_not_in_the_bundle(proof) -> None:
    proof["keys"] = [entry for entry in proof["keys"] if "root" in _payload(entry["statement"])]

    report = _verified(proof)

    assert report.first_broken is not None
    assert report.first_broken.part is Part.HEAD
    assert "KEY" not in report.first_broken.zh


def _payload(jws: str) -> str:
    part = jws.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def test_what_was_witnessed_before_a_key_was_revoked_stays_proven(world, proof) -> None:
    kid = base64.urlsafe_b64decode(_single(proof)["wire"].split(".")[0] + "==").decode().partition('"kid":"')[2]
    with clock.at(now() + timedelta(days=1)):
        issue_key(world.city)
        revoke_key(kid.partition('"')[0], reason="泄露")
        with enter(world.city):
            after = proof_of(SUBJECT)

    report = _verified(after)

    assert report.first_broken is None
    assert report.count(Part.KEY, Verdict.NOTE) == 1
    for delivery in after["deliveries"]:
        delivery["head"] = None
    assert _verified(after).first_broken is not None, "without a witness nobody knows when it was signed"


def test_what_is_not_yet_witnessed_is_said(world, recorder: Recorder) -> None:
    _send(world, "ACCEPTED")
    relay_due()
    with enter(world.city):
        report = _verified(proof_of(SUBJECT))

    assert report.holds
    assert report.count(Part.DELIVERY, Verdict.NOTE) == 2


def test_a_redacted_bundle_holds_without_any_content(world, proof) -> None:
    with enter(world.city):
        redacted = proof_of(SUBJECT, redact=True)

    report = _verified(redacted)

    assert report.holds
    assert not any(delivery["wire"] for delivery in redacted["deliveries"])
    assert report.count(Part.DELIVERY) == len(redacted["deliveries"])


def test_the_receiver_proves_the_same(world, proof) -> None:
    with enter(world.county):
        received = proof_of(SUBJECT)

    assert _verified(received).holds
    assert {delivery["direction"] for delivery in received["deliveries"]} == {"IN"}
    assert {delivery["wire_sha256"] for delivery in received["deliveries"]} == {
        delivery["wire_sha256"] for delivery in proof["deliveries"] if delivery["channel"] == "case"
    }


def test_the_neighbour_has_nothing_to_prove(world, proof) -> None:
    with enter(world.other_city), pytest.raises(NothingLogged):
        proof_of(SUBJECT)


def test_supervision_is_found_when_the_queue_was_pruned(world, proof) -> None:
    OutboxMessage.objects.all().delete()
    with enter(world.city):
        found = proof_of(SUBJECT, supervised_since=MessageLogEntry.objects.earliest("id").logged_at)

    assert len(found["deliveries"]) == len(proof["deliveries"])
    assert _verified(found).holds


def test_a_file_that_was_swapped(proof) -> None:
    file = io.BytesIO()
    write_bundle(proof, file, files={DIGEST: b"another"})

    broken = verify(read_bundle(file.getvalue())).first_broken

    assert broken is not None
    assert (broken.part, broken.place) == (Part.ATTACHMENT, "身份证明.pdf")


def test_nothing_is_believed_of_a_bundle_that_is_none() -> None:
    report = verify(Bundle(proof={"format": "zt-proof", "version": 1}, files={}))

    assert report.first_broken is not None
    assert report.first_broken.part is Part.BUNDLE


def test_a_head_that_another_than_the_province_has_receipted_is_named(world, proof) -> None:
    """A centre that rewrote its log finds somebody who knows nothing of it and agrees to anything."""
    entry = proof["heads"][0]
    data = parse_strict(signed.parse(entry["wire"].encode(), typ=signed.EVENT_TYPE).payload)["data"]
    sender = Sender(world.city, world.county)
    forged = sender.event(data, type=HEAD_EVENT, subject="LOG-340100-203001010000")
    wire = sender.wire(forged)
    receipt = sign_receipt(
        Receipt(Outcome.ACCEPTED, sha256_hex(wire), now(), event_id=forged.id),
        receipt_id=uuid7(),
        source=world.county.code,
        destination=world.city.code,
        signer=signer_for(world.county, at=now()),
    )
    entry |= {"wire": wire.decode(), "wire_sha256": sha256_hex(wire), "receipt": receipt.decode()}
    entry |= {"event_id": str(forged.id), "counterpart": world.county.code, "first_sequence": 1, "last_sequence": 1}

    broken = _verified(proof).first_broken

    assert broken is not None
    assert (broken.part, broken.place) == (Part.HEAD, "head 1")
    assert "“340123” is no witness of the log of “340100”" in broken.en


def _notes(report: Report) -> list[tuple[Part, str]]:
    return [(link.part, link.en) for link in report.links if link.verdict is Verdict.NOTE]


def test_a_bundle_in_another_centre_s_name_says_whose_messages_it_shows(proof) -> None:
    proof["centre"] = {"code": "341700", "name": "池州市政务服务中心"}

    [(part, words)] = _notes(_verified(proof))

    assert part is Part.BUNDLE
    assert "sent or received by “340100”" in words


@pytest.fixture
def with_file(world, recorder: Recorder) -> dict[str, Any]:
    """A case whose message names a file, its bytes packed."""
    file = {"key": "k", "file_name": "身份证明.pdf", "size": 3, "sha256": FILE, "content_type": "application/pdf"}
    with enter(world.city):
        data = progressed("ACCEPTED", papers=[PAPER | {"file": file}])
        send_message(destination=world.county.code, type=PROGRESSED, subject=SUBJECT, data=data)
    relay_due()
    with enter(world.city):
        return proof_of(SUBJECT, attachments=[Attachment(FILE, 3, "身份证明.pdf")])


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        ({}, Verdict.HOLDS, "A signed message names its digest."),
        ({"file_name": "营业执照.pdf"}, Verdict.NOTE, "The signed messages call it “身份证明.pdf”."),
        ({"size": 4}, Verdict.BROKEN, "Its size is not the one in the signed message."),
    ],
)
def test_what_the_list_of_files_says_is_held_against_the_signed_message(with_file, change, verdict, words) -> None:
    with_file["attachments"][0] |= change
    file = io.BytesIO()
    write_bundle(with_file, file, files={FILE: b"abc"})

    found = [link for link in verify(read_bundle(file.getvalue())).links if link.part is Part.ATTACHMENT]

    assert (found[-1].verdict, found[-1].en) == (verdict, words)


def test_a_file_that_was_taken_out_of_the_bundle_is_missed(with_file) -> None:
    other = sha256_hex(b"other")
    with_file["attachments"].append({"sha256": other, "size": 5, "file_name": "说明.txt"})
    file = io.BytesIO()
    write_bundle(with_file, file, files={other: b"other"})

    report = verify(read_bundle(file.getvalue()))

    assert [link.place for link in report.links if "not in the bundle" in link.en] == ["身份证明.pdf"]
