"""One dead centre delays nobody, costs a bounded number of attempts, and is back by itself."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connections

from zt_interop import circuit, queries, signed
from zt_interop.canonical import sha256_hex
from zt_interop.circuit import CircuitState
from zt_interop.claiming import LEASE, claim
from zt_interop.keys.commands import ensure_keys
from zt_interop.keys.models import PrivateKey
from zt_interop.keys.signing import StoredSigner, signer_for
from zt_interop.queue.models import Circuit, OutboundStream, OutboxMessage
from zt_interop.receipts import Outcome, Receipt, sign_receipt
from zt_interop.relay import relay_due, sweep
from zt_interop.send import Outgoing, send_messages
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.models import Centre, Level
from zt_tenants.remembered import forget_centres
from zt_tenants.uuid7 import uuid7
from zt_tenants.vault import unwrap_key

pytestmark = pytest.mark.req("Y-01", "Y-02")
DEAD = "341182"
LIVE = [f"3413{number:02}" for number in range(50)]


class _Peer(BaseHTTPRequestHandler):
    """Centres elsewhere, as the protocol describes them: each delivery is answered by a receipt of its destination."""

    protocol_version = "HTTP/1.1"
    signers: dict[str, signed.Signer] = {}
    busy_until: datetime | None = None
    moment: datetime | None = None
    """The clock of the other deployment, when a test sets it."""
    seen: list[str] = []

    def do_POST(self) -> None:
        wire = self.rfile.read(int(self.headers["Content-Length"]))
        code = self.path.split("/")[2]
        type(self).seen.append(code)
        source = signed.parse(wire, typ=signed.EVENT_TYPE).header.kid.split(":")[0]
        receipt = Receipt(outcome=Outcome.ACCEPTED, sha256=sha256_hex(wire), received_at=self.moment or now())
        if self.busy_until is not None:
            receipt = Receipt(
                outcome=Outcome.REFUSED,
                sha256=sha256_hex(wire),
                received_at=now(),
                code="BUSY",
                reason_zh="繁忙",
                reason_en="busy",
                retry=True,
                recorded=False,
                retry_at=self.busy_until,
            )
        signer = self.signers[code]
        answer = sign_receipt(receipt, receipt_id=uuid7(), source=code, destination=source, signer=signer)
        self.send_response(422 if self.busy_until else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def peer() -> Iterator[ThreadingHTTPServer]:
    """A server with fifty centres."""
    _Peer.seen, _Peer.busy_until, _Peer.moment = [], None, None
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Peer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    connections.close_all()


@pytest.fixture
def silence() -> Iterator[socket.socket]:
    """A server that takes connections and never answers."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    yield listener
    listener.close()


@pytest.fixture
def elsewhere(world, peer, silence, settings) -> Iterator[None]:
    """Fifty centres that live and one that is dead, all in another deployment."""
    settings.INTEROP_ANSWER_SECONDS = 0.2
    dead = _centre(world, DEAD, silence.getsockname()[1])
    centres = [_centre(world, code, peer.server_port) for code in LIVE]
    ensure_keys(
        [dead, *centres], not_before=datetime(2015, 1, 1, tzinfo=UTC), not_after=datetime(2045, 1, 1, tzinfo=UTC)
    )
    _Peer.signers = {centre.code: _own_signer(centre) for centre in centres}
    forget_centres()
    yield
    forget_centres()


def _own_signer(centre: Centre) -> StoredSigner:
    """The other deployment holds the key itself: its threads do not see this test's transaction."""
    kid = signer_for(centre, at=now()).kid
    row = PrivateKey.objects.get(kid=kid)
    return StoredSigner(kid, row.suite, unwrap_key(bytes(row.wrapped), centre=str(centre.id), key_id=kid))


def _centre(world, code: str, port: int) -> Centre:
    return Centre.objects.create(
        code=code,
        name=f"{code}政务服务中心",
        short_name=code,
        level=Level.COUNTY,
        parent=world.city,
        schema_name=f"c_{code}",
        opened_on=date(2020, 1, 1),
        transport="https",
        endpoint=f"http://127.0.0.1:{port}/c/{code}/interop/inbox",
    )


def _send(world, *destinations: str, source: Centre | None = None) -> None:
    with enter(source or world.city):
        send_messages([Outgoing(code, PROGRESSED, SUBJECT, progressed()) for code in destinations])


def _attempts() -> int:
    return sum(OutboxMessage.objects.filter(stream__destination_code=DEAD).values_list("attempts", flat=True))


def test_a_dead_centre_delays_none_of_fifty_others_and_is_hardly_tried(world, elsewhere) -> None:
    for source in (world.city, world.county, world.other_city, world.province, world.township):
        _send(world, DEAD, source=source)
    _send(world, *LIVE)
    _send(world, DEAD, DEAD)

    with at(now()):  # however slow the machine is
        relay_due()
        _all_but_the_dead_one_are_served()
        relay_due()
        assert (sweep(), _attempts()) == (0, circuit.FAILURES_TO_OPEN)


def _all_but_the_dead_one_are_served() -> None:
    assert sorted(_Peer.seen) == LIVE
    live = OutboxMessage.objects.filter(stream__destination_code__in=LIVE)
    assert set(live.values_list("state", flat=True)) == {"DELIVERED"}
    [status] = circuit.circuits()
    assert (status.destination_code, status.state) == (DEAD, CircuitState.OPEN)
    assert status.failures == circuit.FAILURES_TO_OPEN == _attempts()


def test_half_open_lets_one_stream_try_and_waits_longer_after_it(world, elsewhere) -> None:
    for source in (world.city, world.county, world.other_city, world.province):
        _send(world, DEAD, source=source)
    relay_due()
    before = circuit.circuits()[0].failures

    with at(now() + timedelta(minutes=10)):
        assert sweep() == 1
        relay_due()
        [status] = circuit.circuits()
        assert (status.failures, status.state) == (before + 1, CircuitState.OPEN)
        assert status.open_until > now()


def test_the_probes_of_a_week_are_few_and_then_hourly() -> None:
    start = moment = now()
    row, attempts, last = Circuit(failing_since=start), 0, timedelta()
    while moment < start + timedelta(days=8):
        attempts += 1
        row.failures += 1
        last = circuit._wait(row, moment) if row.failures >= circuit.FAILURES_TO_OPEN else timedelta(seconds=1)
        moment += last
    assert attempts < 7 * 24 * 12 * 2 + 24 * 2 + 20
    assert timedelta(minutes=30) <= last <= timedelta(hours=1)
    assert circuit.has_given_up(row.failing_since, at=moment)


def test_when_it_answers_again_everything_goes_at_once_and_the_circuit_is_closed(world, elsewhere, peer) -> None:
    for source in (world.city, world.county, world.province):
        _send(world, LIVE[0], source=source)
    port = Centre.objects.get(code=DEAD).endpoint
    Centre.objects.filter(code=LIVE[0]).update(endpoint=port)
    forget_centres()
    relay_due()
    assert circuit.circuits()[0].state is CircuitState.OPEN

    Centre.objects.filter(code=LIVE[0]).update(
        endpoint=f"http://127.0.0.1:{peer.server_port}/c/{LIVE[0]}/interop/inbox"
    )
    forget_centres()
    with at(now() + timedelta(seconds=30)):
        relay_due()  # one tries
        relay_due()  # the others follow without waiting for their own time

    assert circuit.circuits() == []
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"DELIVERED"}


def test_by_hand_it_is_tried_at_once(world, elsewhere) -> None:
    _send(world, DEAD)
    for _ in range(3):
        OutboundStream.objects.update(next_attempt_at=now())
        relay_due()
    assert circuit.circuits()[0].state is CircuitState.OPEN
    tried = _attempts()

    assert circuit.resume(DEAD) == 1
    relay_due()

    assert _attempts() == tried + 1


def test_at_most_two_relays_wait_for_one_centre(world, elsewhere) -> None:
    for source in (world.city, world.county, world.province):
        _send(world, DEAD, source=source)
    streams = list(OutboundStream.objects.values_list("id", flat=True))

    leases = [claim(stream) for stream in streams]

    assert [lease is not None for lease in leases] == [True, True, False]
    with at(now() + LEASE + timedelta(seconds=1)):
        assert claim(streams[2]) is not None


def test_a_busy_centre_is_left_alone_until_it_says_so(world, elsewhere) -> None:
    _Peer.busy_until = now() + timedelta(minutes=3)
    _send(world, LIVE[0])
    _send(world, LIVE[0], source=world.county)

    relay_due()
    relay_due()

    assert len(_Peer.seen) == 1
    [status] = circuit.circuits()
    assert (status.failures, status.state, status.open_until) == (0, CircuitState.OPEN, _Peer.busy_until)
    assert OutboundStream.objects.filter(failures__gt=0).count() == 0
    _Peer.busy_until = None
    with at(now() + timedelta(minutes=4)):
        relay_due()
        relay_due()
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"DELIVERED"}
    assert Circuit.objects.count() == 0


def test_a_stream_that_failed_for_a_week_is_shown_and_comes_back_by_itself(world, elsewhere, peer) -> None:
    _send(world, LIVE[0])
    Centre.objects.filter(code=LIVE[0]).update(endpoint="http://127.0.0.1:9/c/x/interop/inbox")
    forget_centres()
    relay_due()
    with at(now() + timedelta(days=8)):
        relay_due()
        with enter(world.city):
            [status] = queries.outbound_streams()
        assert status.given_up
        Centre.objects.filter(code=LIVE[0]).update(
            endpoint=f"http://127.0.0.1:{peer.server_port}/c/{LIVE[0]}/interop/inbox"
        )
        forget_centres()
    _Peer.moment = now() + timedelta(days=8, hours=2)
    with at(_Peer.moment):
        relay_due()
        with enter(world.city):
            assert not queries.outbound_streams()[0].given_up
    assert OutboxMessage.objects.get().state == "DELIVERED"
