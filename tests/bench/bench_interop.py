"""Signed messages per second from end to end, beside what of it is cryptography; supervision events; growth with streams.

Run it by ``make bench-interop``. It starts servers of its own in a folder of its own (durable commits) and makes a small
province. Nothing is skipped: each message is queued by a command, taken by the relay, given its place, signed, verified,
checked against its schema, logged at both ends, applied by a handler in its own savepoint, answered by a signed receipt,
and the receipt verified and recorded.

* *transfers*: ``case.transferred.v1`` without attachments. The handler writes one row in the receiving centre, so that
  what is measured is the road and not what a case costs (``make bench`` measures that).
* *supervision*: ``supervision.event.v1`` into the province's real store (steps, records, day counters).
* *latency*: from a command's commit to the effect, one message at a time.
* *growth*: the same number of messages over 10, 100 and 1,000 streams, each of a centre of its own as far as there are
  centres; and what one look for due streams costs.

A busy machine takes time away, not work: beside each rate stand the processor seconds of the relay and of PostgreSQL, and
how many a second two processors would make that do nothing else. ``--seconds`` bounds the run: what no longer fits is left
out and said. ``--processes 2`` runs two relays side by side, on streams of their own as leases demand.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parent))

from bench_road import running_platform

CITIES = ("340100", "340200", "340300", "340400")
COUNTY = "340123"
PROVINCE = "340000"
GOLDEN = Path(__file__).resolve().parents[1] / "interop" / "golden" / "case.transferred.v1.json"


def make_province() -> None:
    """A province, four cities and a county, with keys."""
    from zt_interop.keys.commands import ensure_keys
    from zt_tenants.models import Level
    from zt_tenants.provisioning import provision_centre

    province = provision_centre(code=PROVINCE, name="安徽省政务服务中心", level=Level.PROVINCE, parent=None)
    cities = [
        provision_centre(code=code, name=f"{code}政务服务中心", level=Level.CITY, parent=province) for code in CITIES
    ]
    county = provision_centre(code=COUNTY, name="肥西县政务服务中心", level=Level.COUNTY, parent=cities[0])
    ensure_keys([province, *cities, county])


def register_effect() -> None:
    """The effect of a transfer: one row in the receiving centre."""
    from zt_interop import handlers
    from zt_interop.handlers import Message
    from zt_interop.log.models import Refusal
    from zt_tenants.clock import now

    def apply(message: Message) -> None:
        Refusal.objects.create(
            source_code=message.source,
            event_id=message.id,
            code="BENCH",
            transport="local",
            size=0,
            wire_sha256=message.digest,
            excerpt="",
            refused_at=now(),
        )

    handlers.unregister("case.transferred.v1")
    handlers.register("case.transferred.v1", apply=apply)


def queue_transfers(number: int, *, sources: tuple[str, ...] = CITIES, destination: str = COUNTY) -> None:
    """Queue transfers, 50 to a command, evenly over the sources."""
    from zt_interop.canonical import parse_strict
    from zt_interop.send import Outgoing, send_messages
    from zt_tenants.context import enter

    data = dict(parse_strict(GOLDEN.read_bytes())["event"]["data"], materials=[])
    each = number // len(sources)
    for source in sources:
        with enter(source):
            for start in range(0, each, 50):
                subjects = [f"{source}-20260302-{number:06}-X" for number in range(start, min(start + 50, each))]
                send_messages(
                    [
                        Outgoing(destination, "case.transferred.v1", subject, {**data, "tracking_number": subject})
                        for subject in subjects
                    ]
                )


def queue_events(number: int, *, sources: tuple[str, ...] = CITIES) -> None:
    """Queue supervision events, 500 to a command: cases with five steps each."""
    from zt_interop.send import Outgoing, send_messages
    from zt_interop.testing import SUPERVISED, supervised
    from zt_tenants.context import enter

    each = number // len(sources)
    steps = ("SUBMITTED", "ACCEPTED", "REVIEWED", "DECIDED", "COMPLETED")
    for source in sources:
        with enter(source):
            for start in range(0, each, 500):
                outgoing = []
                for place in range(start, min(start + 500, each)):
                    subject = f"{source}-20260302-{place // 5:06}-X"
                    data = supervised(subject, steps[place % 5], centre_code=source)
                    outgoing.append(Outgoing(PROVINCE, SUPERVISED, subject, data, channel="supervision"))
                send_messages(outgoing)


def relay_all() -> None:
    """Relay until nothing is left (in one process)."""
    from zt_interop.relay import relay_due

    while relay_due(2000):
        pass


def _relay_process(_number: int) -> float:
    from django.db import connections

    connections.close_all()
    register_effect()
    started = time.process_time()
    relay_all()
    return time.process_time() - started


def relay_in(processes: int) -> float:
    """Relay everything in so many processes; the processor seconds they took."""
    if processes == 1:
        started = time.process_time()
        relay_all()
        return time.process_time() - started
    from django.db import connections

    connections.close_all()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return sum(pool.map(_relay_process, range(processes), chunksize=1))


@dataclass(frozen=True)
class Rate:
    """Messages a second on the clock, and processor milliseconds a message: the relay's and PostgreSQL's."""

    per_second: float
    relay_ms: float
    postgres_ms: float

    @property
    def on_two(self) -> float:
        """How many a second two free processors would make."""
        return 2000 / (self.relay_ms + self.postgres_ms)


def postgres_seconds() -> float:
    """Processor seconds of our PostgreSQL so far: the server, its helpers, its connections, also closed ones."""
    home = os.environ["ZT_HOME"]
    total = 0.0
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] != "postgres" or home not in " ".join(process.info["cmdline"] or ()):
            continue
        spent = process.cpu_times()
        total += spent.user + spent.system + spent.children_user + spent.children_system
        for child in process.children():
            own = child.cpu_times()
            total += own.user + own.system
    return total


def rate(number: int, queue: Callable[[int], None], processes: int) -> Rate:
    """Queueing is not counted."""
    queue(number)
    return measured(number, lambda: relay_in(processes))


def measured(number: int, act: Callable[[], float]) -> Rate:
    """What an act on so many messages costs; it tells the processor seconds it took."""
    started, before = time.perf_counter(), postgres_seconds()
    seconds = act()
    clock, postgres = time.perf_counter() - started, postgres_seconds() - before
    return Rate(number / clock, 1000 * seconds / number, 1000 * postgres / number)


def queued(number: int, queue: Callable[[int], None]) -> Rate:
    """What queueing costs: the command's side without what the command itself does."""

    def act() -> float:
        before = time.process_time()
        queue(number)
        return time.process_time() - before

    return measured(number, act)


CRYPTOGRAPHY = (
    ("signing and verifying", "zt_interop.suites.eddsa", "EdDSASuite", ("sign", "verifies")),
    ("sealing and opening what is stored", "zt_tenants.vault", "", ("_seal", "_open")),
    ("trees", "zt_interop.batch", "", ("merkle_root",)),
)


def shares(number: int, queue: Callable[[int], None]) -> dict[str, float]:
    """What part of the relay's processor time is cryptography; measured around the calls, without a profiler."""
    spent: dict[str, float] = {}
    undo: list[Callable[[], None]] = []
    for part, module_name, class_name, names in CRYPTOGRAPHY:
        module = importlib.import_module(module_name)
        holder = getattr(module, class_name) if class_name else module
        undo.extend(_timed(holder, name, part, spent) for name in names)
    queue(number)
    before = time.process_time()
    relay_all()
    total = time.process_time() - before
    for restore in undo:
        restore()
    return {part: seconds / total for part, seconds in spent.items()}


def _timed(holder: Any, name: str, part: str, spent: dict[str, float]) -> Callable[[], None]:
    kept = holder.__dict__[name]
    original = getattr(holder, name)

    def timed(*args: Any, **options: Any) -> Any:
        before = time.process_time()
        try:
            return original(*args, **options)
        finally:
            spent[part] = spent.get(part, 0.0) + time.process_time() - before

    setattr(holder, name, timed)
    return lambda: setattr(holder, name, kept)


def latencies(number: int) -> list[float]:
    """Seconds from a command's commit to the effect, one message at a time."""
    from zt_interop.queue.models import OutboundStream
    from zt_interop.relay import relay_stream
    from zt_tenants.context import outside_centres

    found = []
    for _ in range(number):
        queue_transfers(1, sources=CITIES[:1])
        started = time.perf_counter()
        with outside_centres():
            stream = OutboundStream.objects.get(source_code=CITIES[0], destination_code=COUNTY)
        relay_stream(stream.id)
        found.append(time.perf_counter() - started)
    return found


def more_centres(number: int) -> list[str]:
    """Make so many further centres with keys; their codes."""
    from zt_interop.keys.commands import ensure_keys
    from zt_tenants.centres import centre_by_code
    from zt_tenants.models import Level
    from zt_tenants.provisioning import provision_centre

    city = centre_by_code(CITIES[1])
    made = [
        provision_centre(code=f"3402{place:02}", name=f"第{place}中心", level=Level.COUNTY, parent=city)
        for place in range(1, number + 1)
    ]
    ensure_keys(made)
    return [centre.code for centre in made]


def growth(ways: list[tuple[str, str]], *, each: int, rounds: int) -> tuple[Rate, float]:
    """``rounds`` times ``each`` messages over each of these ways, and milliseconds of one look for due streams."""
    from zt_interop.claiming import streams_to_ring
    from zt_interop.queue.models import OutboundStream
    from zt_tenants.context import outside_centres

    found, looks = [], []
    for number in range(rounds + 1):
        for source, destination in ways:
            queue_transfers(each, sources=(source,), destination=destination)
        with outside_centres():
            started = time.perf_counter()
            streams_to_ring(2000)
            looks.append(time.perf_counter() - started)
        if number:  # the first round makes the streams; they learn in it that batches are taken
            found.append(measured(each * len(ways), lambda: relay_in(1)))
        else:
            relay_all()
            with outside_centres():
                OutboundStream.objects.filter(channel="case").update(batch_limit=100)
    return _median(found), 1000 * statistics.median(looks)


def _median(found: list[Rate]) -> Rate:
    return sorted(found, key=lambda one: one.relay_ms + one.postgres_ms)[len(found) // 2]


def report(options: argparse.Namespace) -> None:
    """Measure and print what ``docs/benchmarks.md`` holds."""
    until = time.monotonic() + options.seconds
    print(f"{os.cpu_count()} CPUs · load before: {os.getloadavg()[0]:.1f} · Python {sys.version.split()[0]}\n")
    queue_transfers(800)
    relay_all()  # streams learn that batches are taken, caches fill
    queue_events(4000)
    relay_all()
    _rates(options)
    for name, queue, number in (("transfers", queue_transfers, 800), ("supervision events", queue_events, 4000)):
        parts = ", ".join(f"{part} {100 * share:.0f} %" for part, share in shares(number, queue).items())
        print(f"\n{name}: {parts} of the relay's processor time", flush=True)
    waits = sorted(latencies(options.latencies))
    p95 = waits[int(0.95 * len(waits)) - 1]
    print(
        f"\ncommit to applied and recorded: median {1000 * statistics.median(waits):.0f} ms, p95 {1000 * p95:.0f} ms\n"
    )
    print("| streams | messages/s | relay ms each | PostgreSQL ms each | a look for due streams, ms |")
    print("|---:|---:|---:|---:|---:|", flush=True)
    centres = more_centres(options.centres)
    ways = [(source, destination) for source in centres for destination in centres if source != destination]
    ways.sort(key=lambda way: max(way))  # few streams lie between few centres
    for streams in (10, 100, 1000):
        if streams > len(ways) or time.monotonic() > until:
            print(f"| {streams} | left out: {'too few centres' if streams > len(ways) else 'no time left'} |")
            continue
        one, look = growth(ways[:streams], each=4, rounds=max(1, 50 // streams))
        print(
            f"| {streams} | {one.per_second:.0f} | {one.relay_ms:.2f} | {one.postgres_ms:.2f} | {look:.1f} |",
            flush=True,
        )
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


def _rates(options: argparse.Namespace) -> None:
    print("| what | processes | per second | relay ms each | PostgreSQL ms each | per second on two free processors |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, queue, number in (
        ("transfers", queue_transfers, options.transfers),
        ("supervision events", queue_events, options.events),
    ):
        for processes in (1, 2):
            one = _median([rate(number, queue, processes) for _ in range(options.rounds)])
            print(
                f"| {name} | {processes} | **{one.per_second:.0f}** | {one.relay_ms:.2f} | {one.postgres_ms:.2f} |"
                f" {one.on_two:.0f} |",
                flush=True,
            )
        one = queued(number, queue)
        relay_all()
        print(
            f"| queueing {name} | 1 | {one.per_second:.0f} | {one.relay_ms:.2f} | {one.postgres_ms:.2f} | |", flush=True
        )


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--rounds", type=int, default=3, help="rounds, the median counts (default 3)")
    options.add_argument("--transfers", type=int, default=2000, help="transfers a round (default 2000)")
    options.add_argument("--events", type=int, default=10_000, help="supervision events a round (default 10000)")
    options.add_argument("--centres", type=int, default=33, help="further centres; 33 have 1,056 streams")
    options.add_argument("--seconds", type=float, default=900, help="begin nothing new after so long (default 900)")
    options.add_argument("--latencies", type=int, default=100, help="messages timed one by one (default 100)")
    chosen = options.parse_args()
    with running_platform():
        make_province()
        register_effect()
        report(chosen)


if __name__ == "__main__":
    main()
