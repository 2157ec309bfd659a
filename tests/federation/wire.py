"""The line between two sites: TLS with a certificate of a throw-away authority, and whatever can go wrong on a line."""

from __future__ import annotations

import http.client
import ipaddress
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make_authority(folder: Path, *addresses: str) -> Path:
    """A certificate authority of today and one certificate for loopback and more; the authority's PEM file."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throw-away authority")])
    now = datetime.now(UTC)

    def builder(subject: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=2))
        )

    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    authority = (
        builder(issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    names = [x509.IPAddress(ipaddress.ip_address(address)) for address in ("127.0.0.1", *addresses)]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        builder(subject, key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    (folder / "site.pem").write_bytes(
        certificate.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "authority.pem"


class Wire:
    """Ends TLS and hands each request on, or loses, alters, doubles it. ``seen`` holds what went over the line."""

    def __init__(self, certificate: Path, address: str = "127.0.0.1") -> None:
        self.faults: list[str] = []
        """What happens to the next requests, first one first: lose, cut (the answer is lost), alter, double, spoil."""
        self.cut_off = False
        self.lost = 0
        self.seen: list[bytes] = []
        self.paths: list[tuple[str, int]] = []
        self._target = ""
        self._address = address
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                wire.carry(self)

            def do_GET(self) -> None:
                wire.carry(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer((address, 0), Handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address at this end of the line."""
        return f"https://{self._address}:{self._server.server_port}"

    def lead_to(self, url: str) -> None:
        """Where the line ends."""
        self._target = urlsplit(url).netloc

    def close(self) -> None:
        """Take the line down."""
        self._server.shutdown()
        self._server.server_close()

    def carry(self, request: BaseHTTPRequestHandler) -> None:
        """One request and its answer, with the fault that is next."""
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        fault = self.faults.pop(0) if self.faults and not self.cut_off else ""
        self.seen.append(body)
        if self.cut_off or fault == "lose":
            self.lost += 1
            request.close_connection = True
            return
        if fault == "alter" and body:
            middle = len(body) // 2
            body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        status, headers, answer = self._ask(request, body)
        if fault == "double":
            status, headers, answer = self._ask(request, body)
        if fault == "cut":
            request.close_connection = True
            return
        if fault == "spoil" and answer:
            answer = bytes([answer[0] ^ 1]) + answer[1:]
        self.paths.append((request.path, status))
        request.send_response(status)
        for name in ("Content-Type", "Content-Digest", "Retry-After", "Location"):
            if name in headers:
                request.send_header(name, headers[name])
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        with suppress(OSError):  # whoever asked has stopped waiting
            request.wfile.write(answer)

    def _ask(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection(self._target, timeout=60)
        try:
            connection.request(
                request.command,
                request.path,
                body=body,
                headers={"Content-Type": request.headers.get("Content-Type", ""), "Host": self._target},
            )
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()
