"""For tests of data services, in every room: a department that really answers on the loopback interface, its services
registered, and a department that cheats.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from django.test import override_settings

from zt_interop.departments.demo.department import Department, TrustedConsumers, own_signer
from zt_interop.departments.demo.records import (
    COMPANY_CHANGES,
    COMPANY_CHECK,
    IDENTITY_CHECK,
    company_lookup,
    identity_lookup,
)
from zt_interop.departments.demo.registration import descriptions, with_key
from zt_interop.departments.demo.server import PATH
from zt_interop.departments.models import Grant
from zt_interop.departments.registration import export_registry
from zt_interop.departments.registry import GrantTerms, open_grant, register_service
from zt_interop.errors import MessageRefused
from zt_interop.keys.signing import StoredSigner
from zt_tenants import clock
from zt_tenants.models import Centre

NAME: Final = "张三丰"
NUMBER: Final = "340123199003071237"
DEAD_NUMBER: Final = "340123194001011233"
USCC: Final = "91340100MA2T000036"
PEOPLE: Final[list[dict[str, Any]]] = [
    {"name": NAME, "id_number": NUMBER, "address": "安徽省肥西县桃花镇1号"},
    {"name": "李老", "id_number": DEAD_NUMBER, "address": "安徽省肥西县2号", "deceased": True},
]
COMPANY: Final = {
    "uscc": USCC,
    "name": "皖江建设有限公司",
    "status": "存续",
    "legal_representative": "王建国",
    "address": "合肥市政务区1号",
    "scope": "房屋建筑工程施工",
}
Tamper = Callable[[bytes], bytes]


@dataclass
class Offices:
    """The departments of a test: one server answers for both, and can be made to misbehave."""

    folder: Path
    department: Department
    server: ThreadingHTTPServer
    questions: list[bytes] = field(default_factory=list)
    tamper: Tamper | None = None
    status: int = 200
    delay: float = 0.0
    drip: bool = False
    drip_header: bool = False
    dripped: int = 0
    moment: datetime | None = None

    @property
    def endpoint(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server.server_port}{PATH}"

    @property
    def signer(self) -> StoredSigner:
        """The departments' key."""
        return self.department.signer

    @property
    def drop(self) -> Path:
        """The front-end machine's folder."""
        return self.folder / "drop"

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Set the business clock here and at the departments, whose server runs in a thread of its own."""
        self.moment = moment
        try:
            with clock.at(moment):
                yield
        finally:
            self.moment = None

    def answer(self, wire: bytes) -> bytes:
        """The departments' answer, by their clock."""
        with clock.at(self.moment or clock.now()):
            return self.department.answer(wire)

    def register(self, code: str, **changes: Any) -> None:
        """Register one of the demo's services as it answers here."""
        address = {IDENTITY_CHECK: self.endpoint, COMPANY_CHECK: self.endpoint}
        description = descriptions(endpoints=address, folder=COMPANY_CHANGES)[code]
        register_service(code, with_key({**description, **changes}, self.signer))


def grant(centre: Centre, code: str, *fields: str, **terms: Any) -> Grant:
    """A grant from 2015 on, for tests at any date."""
    given: dict[str, Any] = {
        "purpose": "核验申请人身份",
        "legal_basis": "《优化营商环境条例》第三十七条",
        "valid_from": date(2015, 1, 1),
        **terms,
    }
    return open_grant(service_code=code, consumer=centre, terms=GrantTerms(fields=fields, **given), by=None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    offices: Offices

    def do_POST(self) -> None:
        offices = self.offices
        wire = self.rfile.read(int(self.headers["Content-Length"]))
        offices.questions.append(wire)
        time.sleep(offices.delay)
        try:
            answer = offices.answer(wire) if offices.status == 200 else b"<html>"
        except MessageRefused:
            self.send_error(403)
            return
        if offices.tamper:
            answer = offices.tamper(answer)
        if offices.drip_header:
            self._drip(b"HTTP/1.1 200 OK\r\nX-Slowly: " + b"a" * 100)
            return
        self.send_response(offices.status)
        if offices.status in (301, 302, 307):
            self.send_header("Location", offices.endpoint)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if offices.drip:
            self._drip(answer)
            return
        try:
            self.wfile.write(answer)
        except OSError:
            self.close_connection = True

    def _drip(self, data: bytes) -> None:
        """A byte at a time, until the other end has enough."""
        self.close_connection = True
        with suppress(OSError):
            for number in data:
                self.wfile.write(bytes([number]))
                self.wfile.flush()
                self.offices.dripped += 1
                time.sleep(0.05)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def offices_in(folder: Path) -> Iterator[Offices]:
    """Departments that answer on a loopback port, registered nowhere yet; the operator allows their address."""
    export_registry(folder / "registry.json")
    department = Department(
        own_signer(folder, "demo"),
        TrustedConsumers(folder / "registry.json"),
        {IDENTITY_CHECK: identity_lookup(PEOPLE), COMPANY_CHECK: company_lookup([COMPANY])},
        log=folder / "log.jsonl",
    )
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    offices = Offices(folder, department, server)
    handler.offices = offices  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        with override_settings(ZT_DEPARTMENT_ORIGINS=[offices.endpoint], ZT_FILE_DROP=offices.drop):
            yield offices
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
