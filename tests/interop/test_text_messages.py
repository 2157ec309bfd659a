"""The http provider over a real socket: signature, idempotency key, allow-list, and how each answer is understood."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from zt_interop.text_messages import NotSent, OutcomeUnknown, Refused, TextMessage, configured_provider
from zt_interop.text_messages.http_provider import HttpProvider
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("L-07")
SECRET = "only for this test"


class Gateway(ThreadingHTTPServer):
    """A text message gateway that keeps what it was sent and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.body, self.delay = 200, b'{"reference":"A-1"}', 0.0
        self.requests: list[tuple[dict[str, str], bytes]] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/send"


class _Answer(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((dict(self.headers), body))
        time.sleep(self.server.delay)
        try:
            self.send_response(self.server.status)
            self.send_header("Content-Length", str(len(self.server.body)))
            self.send_header("Location", self.server.endpoint)
            self.end_headers()
            self.wfile.write(self.server.body)
        except OSError:
            pass

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    server = Gateway()
    settings.ZT_SMS_PROVIDER, settings.ZT_SMS_ENDPOINT = "http", server.endpoint
    settings.ZT_SMS_ORIGINS = [server.endpoint.removesuffix("/send")]
    settings.ZT_SMS_KEY_ID, settings.ZT_SMS_SECRET = "province", SECRET
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _message() -> TextMessage:
    return TextMessage(uuid7(), "13855512345", "肥西县政务服务中心", "已受理。")


def test_the_request_is_signed_and_names_its_key(gateway) -> None:
    message = _message()
    assert configured_provider().send(message) == "A-1"
    ((headers, body),) = gateway.requests
    assert json.loads(body) == {
        "id": str(message.id), "phone": "13855512345", "sender": "肥西县政务服务中心", "text": "已受理。",
    }  # fmt: skip
    assert headers["Idempotency-Key"] == str(message.id)
    assert headers["X-ZT-Key-Id"] == "province"
    signed = f"{headers['X-ZT-Timestamp']}\n{message.id}\n{hashlib.sha256(body).hexdigest()}"
    assert headers["X-ZT-Signature"] == hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, NotSent), (503, NotSent), (400, Refused), (401, Refused), (422, Refused),
        (500, OutcomeUnknown), (504, OutcomeUnknown), (302, OutcomeUnknown),
    ],
)  # fmt: skip
def test_what_each_answer_means(gateway, status: int, error: type[Exception]) -> None:
    gateway.status = status
    with pytest.raises(error, match=str(status)):
        configured_provider().send(_message())
    assert len(gateway.requests) == 1, "no redirect is followed, nothing is repeated"


@pytest.mark.parametrize(
    ("status", "body", "reference"),
    [
        (202, b"", ""),
        (409, b'{"reference":"A-0"}', "A-0"),
        (200, b"<html>", ""),
        (200, b"x" * 100_000, ""),
        (200, b"[]", ""),
    ],
)
def test_what_was_taken_is_taken_whatever_the_body(gateway, status: int, body: bytes, reference: str) -> None:
    gateway.status, gateway.body = status, body
    assert configured_provider().send(_message()) == reference


def test_an_answer_that_does_not_come_is_an_unknown_outcome(gateway, settings) -> None:
    settings.ZT_SMS_SECONDS, gateway.delay = 0.2, 1.0
    with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
        configured_provider().send(_message())


def test_nobody_at_home_is_surely_not_sent(gateway, settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.ZT_SMS_ENDPOINT = f"http://127.0.0.1:{free.getsockname()[1]}/send"
    settings.ZT_SMS_ORIGINS = [settings.ZT_SMS_ENDPOINT.removesuffix("/send")]
    with pytest.raises(NotSent, match="NewConnection"):
        configured_provider().send(_message())


@pytest.mark.parametrize("endpoint", ["http://10.0.0.1/send", "https://elsewhere.example/send", "ftp://127.0.0.1/", ""])
def test_an_address_that_is_not_allowed_is_not_called(gateway, endpoint: str) -> None:
    provider = HttpProvider(endpoint=endpoint, key_id="x", secret=SECRET, seconds=1, honours_keys=True)
    with pytest.raises(NotSent):
        provider.send(_message())
    assert gateway.requests == []


def test_without_a_secret_nothing_is_sent(gateway, settings) -> None:
    settings.ZT_SMS_SECRET = ""
    with pytest.raises(NotSent, match="secret"):
        configured_provider().send(_message())
    assert gateway.requests == []


def test_the_folder_keeps_one_file_for_a_message_that_comes_twice(settings, tmp_path, capsys) -> None:
    settings.ZT_SMS_PROVIDER, settings.ZT_SMS_FOLDER = "console", tmp_path / "sent"
    message = _message()
    assert configured_provider().send(message) == configured_provider().send(message) == f"{message.id}.json"
    assert [path.name for path in (tmp_path / "sent").iterdir()] == [f"{message.id}.json"]
    shown = capsys.readouterr().err
    assert shown.count("已受理") == 1
    assert "13855512345" not in shown


def test_a_folder_that_cannot_be_written_is_surely_not_sent(settings, tmp_path) -> None:
    (tmp_path / "sent").write_text("a file where the folder should be")
    settings.ZT_SMS_PROVIDER, settings.ZT_SMS_FOLDER = "file", tmp_path / "sent"
    with pytest.raises(NotSent):
        configured_provider().send(_message())
