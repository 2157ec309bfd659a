"""Signed messages per second from end to end, beside what of it is cryptography; supervision events; growth with streams.

Run it by ``make bench-interop``. It starts servers of its own in a folder of its own (durable commits) and makes a small
province. Nothing is skipped: each message is queued by a command, taken by the relay, given its place, signed, verified,
checked against its schema, logged at both ends, applied by a handler in its own savepoint, answered by a signed receipt,
and the receipt verified and recorded.

* *transfers*: ``case.transferred.v1`` without attachments. The handler writes one row in the receiving centre, so that
  what is measured is the road and not what a case costs (``make bench`` measures that).
* *supervision*: ``supervision.event.v1`` into the province's real store (steps, records, day counters).
* *latency*: from a command's commit to the effect, while the relay works as fast as it can.
* *growth*: the same number of messages over 10, 100 and 1,000 streams, and what one look for due streams costs.

``--processes 2`` runs two relays side by side, on streams of their own as leases demand.
"""

from __future__ import annotations

import argparse
import cProfile
import multiprocessing
import os
import pstats
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def rate(number: int, queue: Callable[[int], None], processes: int) -> tuple[float, float]:
    """Messages per second and processor milliseconds a message, queueing not counted."""
    queue(number)
    started = time.perf_counter()
    seconds = relay_in(processes)
    return number / (time.perf_counter() - started), 1000 * seconds / number


def shares(number: int, queue: Callable[[int], None]) -> dict[str, float]:
    """What part of the relay's time is signing and verifying, and sealing of what is stored, under the profiler."""
    queue(number)
    profiler = cProfile.Profile()
    profiler.enable()
    relay_all()
    profiler.disable()
    stats: Any = pstats.Stats(profiler)
    if os.environ.get("ZT_BENCH_PROFILE"):
        stats.sort_stats("cumulative").print_stats(70)
        stats.sort_stats("tottime").print_stats(40)
    parts = {"signing and verifying": 0.0, "sealing and opening": 0.0}
    for (path, _line, name), (_calls, _own, _total, cumulative, _callers) in stats.stats.items():
        if "suites" in Path(path).as_posix() and name in ("sign", "verifies"):
            parts["signing and verifying"] += cumulative
        if path.endswith("vault.py") and name in ("seal", "open_sealed", "unwrap_key"):
            parts["sealing and opening"] += cumulative
    return {name: seconds / stats.total_tt for name, seconds in parts.items()}


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


def growth(streams: int, messages: int) -> tuple[float, float]:
    """Messages per second over so many streams of the province to centres here, and milliseconds of one look."""
    from django.db import connection

    from zt_interop.claiming import streams_to_ring
    from zt_interop.queue.models import OutboundStream
    from zt_tenants.context import outside_centres

    with outside_centres():
        present = OutboundStream.objects.count()
        OutboundStream.objects.bulk_create(
            OutboundStream(source_code=f"{number:06}", destination_code=PROVINCE, channel="case")
            for number in range(present, streams)
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE shared.interop_queue_outboundstream")
        queue_transfers(messages)
        looks = []
        for _ in range(20):
            started = time.perf_counter()
            streams_to_ring(1000)
            looks.append(time.perf_counter() - started)
    started = time.perf_counter()
    relay_all()
    return messages / (time.perf_counter() - started), 1000 * statistics.median(looks)


def report(options: argparse.Namespace) -> None:
    """Measure and print what ``docs/benchmarks.md`` holds."""
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} CPUs · load before: {load:.1f} · Python {sys.version.split()[0]}\n")
    queue_transfers(400)
    relay_all()  # streams learn that batches are taken, caches fill
    queue_events(1000)
    relay_all()
    print("| what | processes | per second (median) | slowest–fastest | processor ms each |")
    print("|---|---:|---:|---|---:|")
    for name, queue, number in (
        ("transfers", queue_transfers, options.transfers),
        ("supervision events", queue_events, options.events),
    ):
        for processes in (1, 2):
            found = [rate(number, queue, processes) for _ in range(options.rounds)]
            speeds, own = [speed for speed, _ in found], statistics.median(cost for _, cost in found)
            print(
                f"| {name} | {processes} | **{statistics.median(speeds):.0f}** |"
                f" {min(speeds):.0f}–{max(speeds):.0f} | {own:.2f} |",
                flush=True,
            )
    for name, queue, number in (("transfers", queue_transfers, 1000), ("supervision events", queue_events, 4000)):
        parts = ", ".join(f"{part} {100 * share:.0f} %" for part, share in shares(number, queue).items())
        print(f"\n{name}: {parts} of the relay's time")
    waits = sorted(latencies(options.latencies))
    p95 = waits[int(0.95 * len(waits)) - 1]
    print(f"\ncommit to applied and recorded: median {1000 * statistics.median(waits):.0f} ms, p95 {1000 * p95:.0f} ms")
    for streams in (10, 100, 1000):
        speed, look = growth(streams, 1000)
        print(f"{streams} streams: {speed:.0f} transfers/s, a look for due streams {look:.1f} ms", flush=True)
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--rounds", type=int, default=3, help="rounds, the median counts (default 3)")
    options.add_argument("--transfers", type=int, default=2000, help="transfers a round (default 2000)")
    options.add_argument("--events", type=int, default=10_000, help="supervision events a round (default 10000)")
    options.add_argument("--latencies", type=int, default=100, help="messages timed one by one (default 100)")
    chosen = options.parse_args()
    with running_platform():
        make_province()
        register_effect()
        report(chosen)


if __name__ == "__main__":
    main()
