"""What a department does with a question: believe it or not, look it up, sign the answer, write both down."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_strict, sha256_hex
from zt_interop.departments import exchange
from zt_interop.departments.registry import department_key_id
from zt_interop.envelope import instant_text
from zt_interop.errors import KeyUnknown, KeyUntrusted, MessageRefused, WrongSource
from zt_interop.keys.registry import TrustedKey, verified_statement
from zt_interop.keys.signing import StoredSigner
from zt_interop.keys.statements import Statement
from zt_interop.suites import DEFAULT_SUITE, suite
from zt_tenants.clock import now

Lookup = Callable[[Mapping[str, Any]], tuple[str, dict[str, Any] | None]]
"""From parameters to status and full result; the department cuts it to the fields asked for."""

SERVICE: Final = "service:"


def own_signer(folder: Path, owner: str) -> StoredSigner:
    """The department's key, made at the first start and readable by its owner only."""
    store = folder / "key.json"
    if not store.exists():
        pair = suite(DEFAULT_SUITE).generate()
        text = json.dumps({"private_key": pair.private_key.hex(), "public_key": pair.public_key.hex()})
        handle = os.open(store, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as sink:
            sink.write(text)
    kept = json.loads(store.read_text())
    kid = department_key_id(owner, bytes.fromhex(kept["public_key"]))
    return StoredSigner(kid, DEFAULT_SUITE, bytes.fromhex(kept["private_key"]))


class TrustedConsumers:
    """Whose questions are believed: key statements under the province's root, read again when an unknown key asks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at = 0
        self._keys: dict[str, Statement] = {}

    def key_of(self, kid: str) -> Statement:
        """The statement about a key. Raises KeyUnknown; KeyUntrusted when the file's root does not vouch for itself."""
        if kid not in self._keys:
            self._read()
        if kid not in self._keys:
            raise KeyUnknown(kid=kid)
        return self._keys[kid]

    def _read(self) -> None:
        changed = self._path.stat().st_mtime_ns if self._path.exists() else 0
        if changed == self._read_at:
            return
        found = json.loads(self._path.read_text())
        claimed = Statement.from_bytes(signed.parse(found["root"].encode(), typ=signed.KEY_TYPE).payload)
        root = TrustedKey(claimed.kid, claimed.centre, claimed.suite, claimed.public_key)
        if verified_statement(found["root"], root).usage != "root":
            raise KeyUntrusted(kid=root.kid)
        statements = [verified_statement(text, root) for text in found["keys"]]
        self._keys = {statement.kid: statement for statement in statements if statement.usage == "message"}
        self._read_at = changed


@dataclass
class Department:
    """One department's answering side."""

    signer: StoredSigner
    consumers: TrustedConsumers
    services: Mapping[str, Lookup]
    log: Path | None = None
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, wire: bytes) -> bytes:
        """The signed answer to a signed question.

        Raises:
            MessageRefused: the question is not believed; it gets no answer, and a line in the log.
        """
        try:
            return self._answer(wire)
        except MessageRefused as refused:
            self._note({"refused": refused.code, "wire": sha256_hex(wire)})
            raise

    def _answer(self, wire: bytes) -> bytes:
        moment = now()
        jws = signed.parse(wire, typ=exchange.REQUEST_TYPE, limit=exchange.MOST_BYTES)
        said = self.consumers.key_of(jws.header.kid)
        if not said.not_before <= jws.header.signed_at < said.not_after:
            raise KeyUnknown(kid=said.kid)
        key = exchange.Key(said.kid, said.suite, said.public_key)
        code = jws.header.dst.removeprefix(SERVICE)
        payload = exchange.opened(wire, typ=exchange.REQUEST_TYPE, key=key, destination=f"{SERVICE}{code}", now=moment)
        asked = exchange.read_request(payload)
        if asked["service"] != code or asked.get("consumer") != said.centre:
            raise WrongSource(source=str(asked.get("consumer")), owner=said.centre)
        status, result = self._look_up(code, asked)
        answer = exchange.response_payload(payload, status=status, result=result, answered_at=moment)
        self._note({"request": parse_strict(payload), "status": status})
        return signed.sign(answer, typ=exchange.RESPONSE_TYPE, signer=self.signer, destination=said.centre, at=moment)

    def _look_up(self, code: str, asked: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
        lookup = self.services.get(code)
        if lookup is None:
            return "REFUSED", None
        status, result = lookup(asked["parameters"])
        wanted = set(asked.get("fields", ()))
        return status, None if result is None else {name: value for name, value in result.items() if name in wanted}

    def _note(self, line: Mapping[str, Any]) -> None:
        if self.log is None:
            return
        text = canonical_bytes({"at": instant_text(now()), **line})
        with self._writing, self.log.open("ab") as sink:
            sink.write(text + b"\n")
