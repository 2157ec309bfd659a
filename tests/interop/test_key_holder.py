"""Whoever holds the private keys: the database's holder, and the signer process over a real Unix socket."""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
import tempfile
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from zt_interop.errors import KeyNotHeld, SignerUnreachable, SuiteUnknown
from zt_interop.keys import database_holder
from zt_interop.keys.commands import issue_key, revoke_key
from zt_interop.keys.database_holder import DatabaseHolder
from zt_interop.keys.holder import KeyHolder, KeyRequest, holder
from zt_interop.keys.models import KeyUsage, PrivateKey, PublicKey
from zt_interop.keys.rotation import rotate_keys
from zt_interop.keys.signer_process import SignerProcess
from zt_interop.keys.signing import signer_for
from zt_interop.keys.socket_holder import MOST_BYTES, SocketHolder
from zt_interop.queue.models import OutboundStream
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.suites import sealing_suite, suite
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.vault import SealBroken

pytestmark = pytest.mark.req("Y-04", "Y-11")


@pytest.fixture
def socket_path() -> Iterator[Path]:
    """A short path: a Unix socket's may have 107 characters."""
    with tempfile.TemporaryDirectory(prefix="zt", dir="/tmp") as folder:
        yield Path(folder) / "s"


@pytest.fixture
def signer(committed_world, socket_path) -> Iterator[SignerProcess]:
    """A signer that listens; it reads the store over a connection of its own, hence real commits."""
    process, ready = SignerProcess(socket_path), threading.Event()
    thread = threading.Thread(target=process.serve, kwargs={"ready": ready})
    thread.start()
    assert ready.wait(10)
    yield process
    process.stop()
    thread.join()


@pytest.fixture
def by_socket(signer, settings) -> Iterator[SocketHolder]:
    """This process holds no key: it asks the signer, and has no key that would open the store."""
    settings.ZT_KEY_HOLDER = f"unix:{signer.path}"
    found = holder()
    assert isinstance(found, SocketHolder)
    yield found
    found.close()


@pytest.fixture(params=["database", "socket"])
def each_holder(request, committed_world) -> KeyHolder:
    """Both implementations must do the same."""
    return DatabaseHolder() if request.param == "database" else request.getfixturevalue("by_socket")


@pytest.mark.parametrize("name", ["EdDSA", "SM2-SM3"])
def test_a_holder_makes_a_key_signs_with_it_and_forgets_it(committed_world, each_holder, name) -> None:
    city = committed_world.city
    [key] = each_holder.generate([KeyRequest(city.id, city.code, name)])
    signature = each_holder.sign(key.kid, b"message", centre_id=city.id)

    assert suite(name).verifies(key.public_key, b"message", signature)
    assert key.kid == f"{city.code}:{suite(name).thumbprint(key.public_key)}"
    each_holder.destroy(key.kid)
    each_holder.destroy(key.kid)
    with pytest.raises(KeyNotHeld):
        each_holder.sign(key.kid, b"message", centre_id=city.id)


@pytest.mark.parametrize("name", ["HPKE-X25519-A256GCM", "SM2-SM4-GCM"])
def test_a_holder_unwraps_what_was_wrapped_to_its_key(committed_world, each_holder, name) -> None:
    city, sealing = committed_world.city, sealing_suite(name)
    [key] = each_holder.generate([KeyRequest(city.id, city.code, name)])
    content_key = os.urandom(sealing.content_key_bytes)
    wrapped = sealing.wrap(key.public_key, content_key, context=b"event")

    assert each_holder.unwrap(key.kid, wrapped, centre_id=city.id, context=b"event") == content_key
    with pytest.raises(ValueError):
        each_holder.unwrap(key.kid, wrapped[:-1], centre_id=city.id, context=b"event")


def test_a_holder_refuses_on_another_centre_s_behalf_and_in_another_use(committed_world, each_holder) -> None:
    city, county = committed_world.city, committed_world.county
    [signing, sealing] = each_holder.generate(
        [KeyRequest(city.id, city.code, "EdDSA"), KeyRequest(city.id, city.code, "HPKE-X25519-A256GCM")]
    )

    with pytest.raises(KeyNotHeld):
        each_holder.sign(signing.kid, b"m", centre_id=county.id)
    with pytest.raises(KeyNotHeld):
        each_holder.sign("340100:nobody", b"m", centre_id=city.id)
    with pytest.raises(SuiteUnknown):
        each_holder.sign(sealing.kid, b"m", centre_id=city.id)
    with pytest.raises(SuiteUnknown):
        each_holder.unwrap(signing.kid, bytes(80), centre_id=city.id, context=b"")
    with pytest.raises(SuiteUnknown):
        each_holder.generate([KeyRequest(city.id, city.code, "RSA")])


def test_a_key_that_does_not_unwrap_is_told_as_that(committed_world, each_holder) -> None:
    city = committed_world.city
    [key] = each_holder.generate([KeyRequest(city.id, city.code, "EdDSA")])
    PrivateKey.objects.filter(kid=key.kid).update(wrapped=bytes(80))

    with pytest.raises(SealBroken):
        each_holder.sign(key.kid, b"m", centre_id=city.id)


def test_the_whole_road_works_while_this_process_can_open_no_key(
    committed_world, by_socket, recorder, monkeypatch
) -> None:
    """Sign, verify, answer, rotate, revoke: what would unwrap a key here fails the test."""

    def refuse(*_: object, **__: object) -> bytes:
        if threading.current_thread() is threading.main_thread():
            raise AssertionError("a private key was touched outside the signer")
        return unwrap(*_, **__)

    unwrap = database_holder.unwrap_key
    with monkeypatch.context() as patch:
        patch.setattr(database_holder, "unwrap_key", refuse)
        rotate_keys([committed_world.city], suite_name="SM2-SM3")
        with enter(committed_world.city):
            send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed("ONE"))

        assert relay_due() == 1
        assert recorder.steps == ["ONE"]
        kid = signer_for(committed_world.city, at=now()).kid
        revoke_key(kid, reason="私钥遗失")
        assert not PrivateKey.objects.filter(kid=kid).exists()


def test_without_the_signer_messages_wait_and_go_when_it_is_back(
    committed_world, socket_path, settings, recorder
) -> None:
    settings.ZT_KEY_HOLDER = f"unix:{socket_path}"
    with enter(committed_world.city):
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed("ONE"))
    relay_due()

    assert not recorder.applied
    assert "zhengtong signer" in OutboundStream.objects.get().last_error
    for number in (1, 2):  # and over a restart: the caller's old connection is dead then
        process, ready = SignerProcess(socket_path), threading.Event()
        thread = threading.Thread(target=process.serve, kwargs={"ready": ready})
        thread.start()
        assert ready.wait(10)
        with at(now() + timedelta(minutes=number)):
            relay_due()
            with enter(committed_world.city):
                send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed(f"MORE-{number}"))
            relay_due()
        process.stop()
        thread.join()
    assert recorder.steps == ["ONE", "MORE-1", "MORE-2"]
    holder().close()


def test_the_socket_is_its_user_s_alone_and_is_taken_away_at_the_end(signer) -> None:
    mode = signer.path.stat().st_mode

    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
    with pytest.raises(FileExistsError):
        SignerProcess(signer.path).serve()


def test_a_socket_left_by_a_dead_signer_is_taken_over_and_a_file_is_not(committed_world, socket_path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(socket_path))
    left.close()
    process, ready = SignerProcess(socket_path), threading.Event()
    thread = threading.Thread(target=process.serve, kwargs={"ready": ready})
    thread.start()
    assert ready.wait(10)
    process.stop()
    thread.join()
    assert not socket_path.exists()

    socket_path.write_text("not a socket")
    with pytest.raises(FileExistsError):
        SignerProcess(socket_path).serve()
    assert socket_path.read_text() == "not a socket"


def test_another_user_is_turned_away_by_what_the_kernel_says(committed_world, socket_path, monkeypatch) -> None:
    process = SignerProcess(socket_path)
    process._users = {os.getuid() + 1}
    ready = threading.Event()
    thread = threading.Thread(target=process.serve, kwargs={"ready": ready})
    thread.start()
    assert ready.wait(10)
    caller = SocketHolder(str(socket_path))

    with pytest.raises(SignerUnreachable):
        caller.sign("340100:x", b"m", centre_id=committed_world.city.id)
    process.stop()
    thread.join()


def _raw(path: Path, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(path))
        line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while part := line.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
        return answer


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        b"\x00\x00\x00\x05[]",
        struct.pack("!I", MOST_BYTES + 1) + b"x",
        struct.pack("!I", 2) + b"[]",
        struct.pack("!I", 3) + b"\xff\xfe\xfd",
        struct.pack("!I", 60000) + b"[" * 60000,
    ],
)
def test_junk_on_the_socket_ends_that_caller_and_no_other(committed_world, signer, by_socket, data) -> None:
    city = committed_world.city

    assert _raw(signer.path, data) == b""
    [key] = by_socket.generate([KeyRequest(city.id, city.code, "EdDSA")])
    assert by_socket.sign(key.kid, b"m", centre_id=city.id)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"do": "export", "kid": "x"},
        {"do": "sign"},
        {"do": "sign", "kid": "x", "centre": "not a uuid", "message": "AA=="},
        {"do": "sign", "kid": "x", "centre": "01920000-0000-7000-8000-000000000001", "message": 7},
        {"do": "generate", "keys": 3},
        {"do": "rewrap", "limit": "many"},
    ],
)
def test_a_request_that_is_none_is_refused_without_a_word_about_keys(committed_world, signer, request_) -> None:
    data = json.dumps(request_).encode()
    answer = _raw(signer.path, struct.pack("!I", len(data)) + data)

    assert json.loads(answer[4:])["refused"] == "VALUE"


def test_no_answer_ever_holds_a_private_key(committed_world, signer) -> None:
    city = committed_world.city
    data = json.dumps({"do": "generate", "keys": [[str(city.id), city.code, "EdDSA"]]}).encode()
    answer = json.loads(_raw(signer.path, struct.pack("!I", len(data)) + data)[4:])
    [[kid, _]] = answer["ok"]

    assert answer.keys() == {"ok"}
    assert kid.startswith("340100:")
    assert PrivateKey.objects.filter(kid=kid).exists()


def test_unwrapped_keys_are_few_and_wiped(world, monkeypatch) -> None:
    found = DatabaseHolder()
    monkeypatch.setattr(database_holder, "MOST_KEPT", 2)
    keys = [issue_key(world.city) for _ in range(4)]
    for key in keys:
        found.sign(key.kid, b"m", centre_id=world.city.id)
    kept = dict(found._kept)

    assert list(kept) == [key.kid for key in keys[2:]]
    found.forget()
    assert not found._kept
    assert {bytes(each.private_key) for each in kept.values()} == {bytes(32)}


def test_an_unwrapped_key_is_read_again_when_its_time_is_over(world, monkeypatch) -> None:
    found = DatabaseHolder()
    key = issue_key(world.city)
    monkeypatch.setattr(database_holder, "KEPT_SECONDS", -1.0)
    found.sign(key.kid, b"m", centre_id=world.city.id)
    PrivateKey.objects.filter(kid=key.kid).delete()

    with pytest.raises(KeyNotHeld):
        found.sign(key.kid, b"m", centre_id=world.city.id)


@pytest.mark.parametrize("name", ["", "file:/x", "unix:relative", "hsm"])
def test_a_setting_that_names_no_holder_is_refused(settings, name) -> None:
    settings.ZT_KEY_HOLDER = name
    with pytest.raises(ImproperlyConfigured):
        holder()


def test_a_new_key_encryption_key_rewraps_every_key_and_the_old_one_is_needed_no_more(world, settings) -> None:
    old = dict(settings.ZT_VAULT_KEYS)
    found = DatabaseHolder()
    keys = list(PublicKey.objects.values_list("kid", "centre_id", "suite", "usage"))
    settings.ZT_KEYSTORE_KEYS = {"s1": os.urandom(32)}

    rounds = []
    while wrapped := found.rewrap(5):
        rounds.append(wrapped)

    assert sum(rounds) == len(keys) == PrivateKey.objects.filter(wrapping_key_id="s1").count()
    assert max(rounds) <= 5
    assert found.rewrap(5) == 0
    settings.ZT_VAULT_KEYS = {"k9": os.urandom(32)}
    for kid, centre_id, name, usage in keys:
        if usage != KeyUsage.ENCRYPTION:
            signature = found.sign(kid, b"m", centre_id=centre_id)
            assert suite(name).verifies(bytes(PublicKey.objects.get(kid=kid).public_key), b"m", signature)
    settings.ZT_KEYSTORE_KEYS, settings.ZT_VAULT_KEYS = {}, old
    found.forget()
    with pytest.raises(SealBroken):
        found.sign(keys[0][0], b"m", centre_id=keys[0][1])


def test_only_one_module_touches_the_key_store() -> None:
    """So that the store can be given a connection, and a database role, of its own."""
    import zt_interop

    rooms = Path(zt_interop.__file__).parents[2]
    users = [
        path.name
        for room in ("platform", "graphql", "interop", "storage", "tenants")
        for path in (rooms / room).rglob("*.py")
        if "PrivateKey" in path.read_text("utf-8") and "migrations" not in path.parts
    ]
    assert sorted(users) == ["database_holder.py", "models.py"]
