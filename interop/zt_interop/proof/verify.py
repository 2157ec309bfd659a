"""Verifying a proof bundle offline: every signature, digest, link, audit path and witness, in words for people.

1. The bundle has its form. 2. The keys are the province's. 3. The heads are signed, chained and receipted by a witness.
4. Each delivery: its message, its receipt, its place under a head. 5. Neighbours in a stream are linked. 6. Attachments.

Needs no settings, database or network; nothing of a bundle is believed before it was checked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from zt_interop import batch, signed
from zt_interop.canonical import parse_canonical, sha256_hex
from zt_interop.envelope import Event
from zt_interop.errors import BatchInvalid, Misaddressed, NotCanonical, ReceiptInvalid, WrongSource
from zt_interop.merkle import verify_proof
from zt_interop.proof.attachments import check_attachments
from zt_interop.proof.bundle import Bundle
from zt_interop.proof.errors import NotTheWitness
from zt_interop.proof.keyring import Keyring, read_keyring
from zt_interop.proof.leaves import HEAD_EVENT, Head, Leaf
from zt_interop.proof.report import Part, Report, Verdict
from zt_interop.receipts import Outcome, Receipt, read_receipt_of
from zt_interop.schemas import check_data, envelope_problem
from zt_tenants.errors import DomainError

_WITNESSED: Final = (Outcome.ACCEPTED, Outcome.DUPLICATE)


@dataclass(frozen=True, slots=True)
class _Witnessed:
    """A head that holds, and when its witness had it."""

    head: Head
    at: datetime


def verify(bundle: Bundle, *, anchors: Collection[str] = ()) -> Report:
    """Check a bundle; ``anchors`` are ids or base64url public keys of the root keys the reader trusts beforehand."""
    proof, report = bundle.proof, Report()
    problem = envelope_problem("proof", proof)
    if problem:
        report.add(
            Part.BUNDLE, problem, Verdict.BROKEN, "证明包内容不合规定。", "The content has not the form it should."
        )
        return report
    report.subject, report.centre = proof["subject"], f"{proof['centre']['name']} ({proof['centre']['code']})"
    report.made_at = proof["made_at"]
    ring = read_keyring(proof["keys"], report, anchors=anchors)
    heads = _heads(proof["heads"], ring, report)
    events: list[Event] = []
    owners = {found.head.centre for found in heads if found}
    for number, delivery in enumerate(proof["deliveries"], start=1):
        shown = _delivery(delivery, number, proof["subject"], ring, heads, report)
        owners |= {event.source if delivery["direction"] == "OUT" else event.destination for event in shown}
        events += shown
    _check_owner(proof["centre"]["code"], owners, report)
    _streams(events, report)
    check_attachments(proof["attachments"], bundle, events, report)
    return report


def _check_owner(claimed: str, owners: set[str], report: Report) -> None:
    """Note when the messages are another centre's than the bundle says; its own words are signed by nobody."""
    if owners and owners != {claimed}:
        found = "、".join(sorted(owners))
        report.add(
            Part.BUNDLE,
            claimed,
            Verdict.NOTE,
            f"证明包自称出自“{claimed}”，所示报文由“{found}”收发；代码未变更过的，应以后者为准。",
            f"The bundle says it is from “{claimed}”; what it shows was sent or received by “{found}”. Unless the code was "
            "changed, believe the latter.",
        )


def _heads(entries: list[dict[str, Any]], ring: Keyring, report: Report) -> list[_Witnessed | None]:
    """Check each head, its witness and its link to the one before; None stands for one that does not hold."""
    found = [_head(entry, number, ring, report) for number, entry in enumerate(entries, start=1)]
    for number, (before, after) in enumerate(pairwise(found), start=2):
        if before is None or after is None:
            continue
        chained = after.head.previous == before.head.digest() and after.head.from_ == before.head.until
        if not chained or after.head.centre != before.head.centre:
            report.add(
                Part.HEAD,
                f"head {number}",
                Verdict.BROKEN,
                "与上一个日志见证不衔接。",
                "Does not continue the head before it.",
            )
            found[number - 1] = None
    return found


def _head(entry: dict[str, Any], number: int, ring: Keyring, report: Report) -> _Witnessed | None:
    place = f"head {number}"
    try:
        receipt, witness = _witness(entry, ring)
        events = _content(entry, ring, receipt.received_at)
        event = next((event for event in events if event.type == HEAD_EVENT), None)
        if event is None or event.destination != witness or event.source == witness:
            raise WrongSource(source=witness, owner=event.source if event else "?")
        check_data(event.type, event.data)
        head = Head.from_data(event.data)
        if head.centre != event.source:
            raise WrongSource(source=head.centre, owner=event.source)
        if head.centre not in ring.provinces and witness not in ring.provinces:
            raise NotTheWitness(centre=head.centre, witness=witness)
    except DomainError as problem:
        report.add(Part.HEAD, place, Verdict.BROKEN, problem.zh_text, problem.en_text)
        return None
    report.add(
        Part.HEAD,
        place,
        Verdict.HOLDS,
        f"{head.centre}的{head.entries}条日志，{witness}于{receipt.received_at:%Y-%m-%d %H:%M} UTC见证。",
        f"{head.entries} entries of {head.centre}, witnessed by {witness} at {receipt.received_at:%Y-%m-%d %H:%M} UTC.",
    )
    return _Witnessed(head, receipt.received_at)


def _witness(entry: dict[str, Any], ring: Keyring) -> tuple[Receipt, str]:
    """The receipt of a head and who signed it.

    Raises:
        ReceiptInvalid: it answers other bytes, or the witness did not agree.
        MessageRefused: malformed or forged.
    """
    jws = signed.parse(entry["receipt"].encode(), typ=signed.RECEIPT_TYPE)
    witness = ring.owner_of(jws)
    receipt = read_receipt_of(jws, sha256=entry["wire_sha256"], source=witness)
    if receipt.outcome not in _WITNESSED or str(receipt.event_id) != entry["event_id"]:
        raise ReceiptInvalid(detail=f"the witness answered {receipt.outcome.value}")
    return receipt, witness


def _event_of(jws: signed.Signed, owner: str) -> Event:
    """The event in a verified JWS. Raises MessageRefused."""
    event = _event(jws.payload)
    if event.source != owner:
        raise WrongSource(source=event.source, owner=owner)
    if event.destination != jws.header.dst:
        raise Misaddressed(destination=jws.header.dst, here=event.destination)
    return event


def _event(content: bytes) -> Event:
    attributes, is_canonical = parse_canonical(content)
    if not is_canonical:
        raise NotCanonical
    return Event.from_json(attributes)


def _delivery(
    entry: dict[str, Any],
    number: int,
    subject: str,
    ring: Keyring,
    heads: list[_Witnessed | None],
    report: Report,
) -> list[Event]:
    """Check one delivery and return the subject's events in it; a broken one gives none."""
    place = f"delivery {number} ({entry['direction']} {entry['counterpart']} {entry['channel']}"
    place += f" #{entry['first_sequence']}-{entry['last_sequence']}, {entry['event_id']})"
    try:
        seen_at = _under_head(entry, heads)
        events = _content(entry, ring, seen_at)
        _check_subject(events, subject)
        outcome = _receipted(entry, events, ring, seen_at)
    except DomainError as problem:
        report.add(Part.DELIVERY, place, Verdict.BROKEN, problem.zh_text, problem.en_text)
        return []
    what = "、".join(event.type for event in events) or "内容已略去"
    report.add(
        Part.DELIVERY,
        place,
        Verdict.HOLDS,
        f"{what}：签名、回执（{outcome.value}）属实。",
        f"{', '.join(event.type for event in events) or 'content left out'}: signed, and receipted ({outcome.value}).",
    )
    if seen_at is None:
        report.add(
            Part.DELIVERY,
            place,
            Verdict.NOTE,
            "当日日志尚未见证，一般次日完成。",
            "Not yet under a witnessed head; that follows within a day.",
        )
    return events


class _NotUnderHead(DomainError):
    code = "NOT_UNDER_HEAD"
    zh = "不在所指的日志见证之下：日志在见证之后被改动过。"
    en = "It is not under the head it names: the log was changed after it was witnessed."


class _DigestDiffers(DomainError):
    code = "DIGEST_DIFFERS"
    zh = "{what}的摘要不符：应为{expected}，实为{found}。"
    en = "The digest of {what} differs: {expected} expected, {found} found."


class _OtherSubject(DomainError):
    code = "OTHER_SUBJECT"
    zh = "报文说的是“{found}”，不是“{expected}”。"
    en = "The message is about “{found}”, not “{expected}”."


def _under_head(entry: dict[str, Any], heads: list[_Witnessed | None]) -> datetime | None:
    """When a witness had seen the log entry; None when it is under no head yet.

    Raises:
        _NotUnderHead: it names a head that does not hold, or is not under it.
    """
    under = entry["head"]
    if under is None:
        return None
    witnessed: _Witnessed | None = heads[under["number"]] if under["number"] < len(heads) else None
    leaf = Leaf(
        direction=entry["direction"],
        event_id=entry["event_id"],
        channel=entry["channel"],
        counterpart=entry["counterpart"],
        first_sequence=entry["first_sequence"],
        last_sequence=entry["last_sequence"],
        wire_sha256=entry["wire_sha256"],
        receipt_sha256=sha256_hex(entry["receipt"].encode()),
    )
    if witnessed is None or not verify_proof(
        leaf.to_bytes(),
        index=under["index"],
        size=witnessed.head.entries,
        proof=[bytes.fromhex(node) for node in under["path"]],
        root=bytes.fromhex(witnessed.head.merkle_root),
    ):
        raise _NotUnderHead
    return witnessed.at


def _content(entry: dict[str, Any], ring: Keyring, seen_at: datetime | None) -> list[Event]:
    """The verified events of a delivery, in the order of their sequence; none when its content was left out.

    Raises:
        MessageRefused, _DigestDiffers.
    """
    if (entry["wire"] and entry["manifest"]) or (entry["events"] and not entry["manifest"]):
        raise BatchInvalid(detail="wire")
    if entry["manifest"]:
        events = _batched(entry, ring, seen_at)
    elif entry["wire"]:
        wire = entry["wire"].encode()
        _same_digest("the message", entry["wire_sha256"], sha256_hex(wire))
        jws = signed.parse(wire, typ=signed.EVENT_TYPE)
        events = [_event_of(jws, ring.owner_of(jws, witnessed_at=seen_at))]
        places = {entry["first_sequence"], entry["last_sequence"]}
        if places != {events[0].sequence} or str(events[0].id) != entry["event_id"]:
            raise BatchInvalid(detail="sequence")
    else:
        return []
    for event in events:
        other = event.destination if entry["direction"] == "OUT" else event.source
        if event.channel != entry["channel"] or other != entry["counterpart"]:
            raise Misaddressed(destination=event.destination, here=entry["counterpart"])
    return events


def _check_subject(events: list[Event], subject: str) -> None:
    """Raises _OtherSubject: a message is about something else than the bundle."""
    for event in events:
        if event.subject != subject:
            raise _OtherSubject(found=event.subject, expected=subject)


def _batched(entry: dict[str, Any], ring: Keyring, seen_at: datetime | None) -> list[Event]:
    jws = signed.parse(entry["manifest"].encode(), typ=signed.BATCH_TYPE)
    owner = ring.owner_of(jws, witnessed_at=seen_at)
    manifest = batch.Manifest.from_bytes(jws.payload)
    if manifest.source != owner:
        raise WrongSource(source=manifest.source, owner=owner)
    if str(manifest.id) != entry["event_id"] or manifest.destination != jws.header.dst:
        raise BatchInvalid(detail="id")
    # A receiver logs a batch from the first event that was new to it.
    if not manifest.first_sequence <= entry["first_sequence"] <= entry["last_sequence"] == manifest.last_sequence:
        raise BatchInvalid(detail="sequence")
    events = []
    for shown in entry["events"]:
        content = shown["event"].encode()
        event = _event(content)
        stream = (event.source, event.destination, event.channel)
        if stream != (manifest.source, manifest.destination, manifest.channel):
            raise BatchInvalid(detail="stream")
        proven = verify_proof(
            content,
            index=shown["index"],
            size=manifest.count,
            proof=[bytes.fromhex(node) for node in shown["path"]],
            root=bytes.fromhex(manifest.merkle_root),
        )
        if not proven or event.sequence != manifest.first_sequence + shown["index"]:
            raise BatchInvalid(detail="merkle_root")
        events.append(event)
    return events


def _receipted(entry: dict[str, Any], events: list[Event], ring: Keyring, seen_at: datetime | None) -> Outcome:
    """Check that the other side (or, for what came in, this one) signed for exactly these bytes. Raises DomainError."""
    jws = signed.parse(entry["receipt"].encode(), typ=signed.RECEIPT_TYPE)
    signer = ring.owner_of(jws, witnessed_at=seen_at)
    expected = entry["counterpart"] if entry["direction"] == "OUT" else (events[0].destination if events else signer)
    if signer != expected:
        raise WrongSource(source=expected, owner=signer)
    receipt = read_receipt_of(jws, sha256=entry["wire_sha256"], source=signer)
    if str(receipt.event_id) != entry["event_id"]:
        raise ReceiptInvalid(detail="it answers another message")
    return receipt.outcome


def _same_digest(what: str, expected: str, found: str) -> None:
    if expected != found:
        raise _DigestDiffers(what=what, expected=expected, found=found)


def _streams(events: list[Event], report: Report) -> None:
    """Check that what stands in one stream is linked where it is next to each other, and that no place is taken twice."""
    streams: dict[tuple[str, str, str], dict[int, Event]] = {}
    for event in events:
        placed = streams.setdefault((event.source, event.destination, event.channel), {})
        other = placed.setdefault(event.sequence or 0, event)
        if other.digest() != event.digest():
            place = f"{event.source} → {event.destination} ({event.channel}) #{event.sequence}"
            report.add(
                Part.STREAM,
                place,
                Verdict.BROKEN,
                "同一序号有两份不同的报文。",
                "Two different messages have this place.",
            )
    for (source, destination, channel), placed in sorted(streams.items()):
        for before, after in pairwise(sorted(placed)):
            if after != before + 1:
                continue
            holds = placed[after].prevhash == placed[before].digest()
            report.add(
                Part.STREAM,
                f"{source} → {destination} ({channel}) #{before}-{after}",
                Verdict.HOLDS if holds else Verdict.BROKEN,
                "前后相接。" if holds else "散列链断开：后一份报文指向的不是前一份。",
                "Linked." if holds else "The hash link is broken: the later one names another predecessor.",
            )
