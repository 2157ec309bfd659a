"""The disk of the outbox runs full in the middle of work: every act is done whole or not at all, and goes on with room."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from leftovers import DISKS, token
from stand import Outcome, Stand

pytestmark = [pytest.mark.stand, pytest.mark.req("Y-01")]
OUTBOX = "shared.interop_queue_outboxmessage"
FILL = 65536


@pytest.fixture
def small_disk(stand: Stand) -> Iterator[Path]:
    """The outbox lies on a disk of 8 MB, where mounting is allowed."""
    place = DISKS / f"zhengtong-outbox-{token()}"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], check=False)
    if mounted.returncode:
        place.rmdir()
        pytest.skip("this machine lets nobody mount")
    space = place / "space"
    space.mkdir()
    try:
        subprocess.run(["chown", "nobody", str(space)], check=True)
        with psycopg.connect(stand.superuser_url(), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE outbox OWNER zhengtong LOCATION '{space}'")
            connection.execute(f"ALTER TABLE {OUTBOX} SET TABLESPACE outbox")
        yield place
    finally:
        (place / "filling").unlink(missing_ok=True)
        with psycopg.connect(stand.superuser_url(), autocommit=True) as connection:
            connection.execute(f"ALTER TABLE {OUTBOX} SET TABLESPACE pg_default")
            connection.execute("CHECKPOINT")
            connection.execute("DROP TABLESPACE outbox")
        subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


def _fill(place: Path) -> Callable[[], None]:
    """Leave no room; returns what makes room again."""
    filling = place / "filling"
    with filling.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * FILL)
        except OSError:
            pass
    return filling.unlink


def test_a_disk_that_runs_full_costs_nothing_once_there_is_room(
    stand: Stand, small_disk: Path, note: list[Outcome]
) -> None:
    with stand.begin("no room on the disk of the outbox", 12) as run:
        run.wait_for_acts(12)
        make_room = _fill(small_disk)
        stand.wait_until(lambda: run.errors() > 20, "nobody noticed that the disk was full")
        make_room()
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert outcome.lost == []
    assert outcome.doubled == []
    assert set(outcome.after["errors"]) == {"SERVICE_UNAVAILABLE"}
