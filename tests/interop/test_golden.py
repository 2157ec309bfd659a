"""Protocol v1 is frozen: the golden messages are rebuilt byte for byte from their parts and fixed test keys.

If one of these fails, the protocol changed: that is a new major version, not a new golden file.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from Crypto.Signature import eddsa

from zt_interop import batch, signed
from zt_interop.canonical import canonical_bytes, parse_strict
from zt_interop.envelope import Event
from zt_interop.keys.signing import StoredSigner
from zt_interop.keys.statements import Statement
from zt_interop.merkle import leaf_hash, verify_proof
from zt_interop.receipts import Outcome, read_receipt
from zt_interop.schemas import check_data, envelope_problem, message_types

pytestmark = pytest.mark.req("Y-01", "Y-06")
FOLDER = Path(__file__).with_name("golden")
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
BATCH = "supervision.event.v1"
RECEIPTS = [name for name in NAMES if name.startswith("message.received.v1.")]
STATEMENTS = ["key-statement", "revocation-statement"]
EVENTS = [name for name in NAMES if name not in (BATCH, *STATEMENTS)]


def _golden(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def _signer(golden: dict[str, Any]) -> StoredSigner:
    [key] = golden["keys"].values()
    return StoredSigner(key["kid"], "EdDSA", bytes.fromhex(key["test_seed"]))


def _header(golden: dict[str, Any]) -> signed.Header:
    return signed.Header(**{name: golden["header"][name] for name in signed.Header.__slots__})


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_every_message_type_has_a_golden_message() -> None:
    assert {name for name in NAMES if name not in (*STATEMENTS, *RECEIPTS)} | {"message.received.v1"} == message_types()
    assert [name.rsplit(".", 1)[1] for name in RECEIPTS] == ["accepted", "duplicate", "parked", "refused"]


@pytest.mark.parametrize("name", EVENTS)
def test_events_are_rebuilt_byte_for_byte(name: str) -> None:
    golden = _golden(name)
    event = Event.from_json(golden["event"])

    assert signed.seal(_header(golden), event.canonical(), _signer(golden)).decode() == golden["wire"]
    check_data(event.type, event.data)


@pytest.mark.parametrize("name", [name for name in NAMES if name != BATCH])
def test_a_reader_that_knows_only_the_page_agrees(name: str) -> None:
    """Verified with nothing of ours: base64, JSON, SHA-256 and Ed25519 as docs/protocol.md describes them."""
    golden = _golden(name)
    [key] = golden["keys"].values()
    header, payload, signature = golden["wire"].split(".")
    content = golden.get("event") or golden["statement"]

    assert json.loads(_bytes(header)) == golden["header"]
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert _bytes(payload) == written
    if "digest" in golden:
        assert hashlib.sha256(written).hexdigest() == golden["digest"]
    public_key = eddsa.import_public_key(bytes.fromhex(key["public_key"]))
    eddsa.new(public_key, "rfc8032").verify(f"{header}.{payload}".encode(), _bytes(signature))


def test_the_batch_is_rebuilt_byte_for_byte() -> None:
    golden = _golden(BATCH)
    events = [Event.from_json(event) for event in golden["events"]]
    jws = signed.seal(_header(golden), canonical_bytes(golden["manifest"]), _signer(golden))

    assert canonical_bytes({"manifest": jws.decode(), "events": golden["events"]}).decode() == golden["wire"]
    manifest = batch.Manifest.from_bytes(batch.parse(golden["wire"].encode()).signed.payload)
    assert batch.check_events(manifest, golden["events"]) == events
    assert [leaf_hash(event.canonical()).hex() for event in events] == golden["leaves"]
    assert [event.digest() for event in events] == golden["digests"]
    assert [event.prevhash for event in events[1:]] == golden["digests"][:-1]


def test_the_proof_of_one_event_of_the_batch() -> None:
    golden = _golden(BATCH)
    proof, root = golden["proof_of_sequence_2"], bytes.fromhex(golden["manifest"]["merkle_root"])
    path = [bytes.fromhex(node) for node in proof["path"]]

    for number, event in enumerate(golden["events"]):
        proven = verify_proof(canonical_bytes(event), index=proof["index"], size=3, proof=path, root=root)
        assert proven is (number == 1)


@pytest.mark.parametrize("name", RECEIPTS)
def test_receipts_answer_the_golden_message(name: str) -> None:
    golden = _golden(name)
    jws = signed.parse(golden["wire"].encode(), typ=signed.RECEIPT_TYPE)

    receipt = read_receipt(jws, wire=golden["answers"].encode(), source="340123", destination="340100")

    assert receipt.outcome is Outcome(name.rsplit(".", 1)[1])
    assert receipt.to_data() == golden["event"]["data"]
    assert golden["answers"] == _golden("case.transferred.v1")["wire"]


@pytest.mark.parametrize(("name", "schema"), list(zip(STATEMENTS, ["key", "revocation"], strict=True)))
def test_statements_are_rebuilt_byte_for_byte(name: str, schema: str) -> None:
    golden = _golden(name)

    assert envelope_problem(schema, golden["statement"]) == ""
    wire = signed.seal(_header(golden), canonical_bytes(golden["statement"]), _signer(golden))
    assert wire.decode() == golden["wire"]


def test_the_golden_key_is_the_one_the_messages_are_signed_with() -> None:
    statement = Statement.from_bytes(canonical_bytes(_golden("key-statement")["statement"]))
    [key] = _golden("case.transferred.v1")["keys"].values()

    assert (statement.kid, statement.public_key.hex()) == (key["kid"], key["public_key"])


def test_golden_messages_are_strict_json() -> None:
    for name in NAMES:
        assert parse_strict((FOLDER / f"{name}.json").read_bytes())
