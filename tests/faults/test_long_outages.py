"""The receiver is away for five and for ten minutes of real time while its sender goes on working."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crossing import arrived, come_to_rest, decide_below, entrust, tally
from joined import joined
from sites import CITY, COUNTY, Federation, Site
from stand import Outcome
from wire import Wire, make_authority

pytestmark = [pytest.mark.stand, pytest.mark.long, pytest.mark.req("Y-01", "C-06")]
DECIDED = 3
"""Cases that are carried to their decision afterwards; the others stay accepted at both sides."""
PATIENCE = 1200.0
"""Seconds: on a busy machine a file that was awaited twice is asked for again after ten minutes."""
_BETWEEN = 8.0
"""Seconds between two applications."""


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    folder: Path = tmp_path_factory.mktemp("outage")
    authority = make_authority(folder)
    upper = Site("province", Wire(folder / "site.pem"), authority)
    lower = Site("county", Wire(folder / "site.pem"), authority)
    with joined(upper, lower, folder) as made:
        yield made


def _stopped(site: Site) -> Callable[[], None]:
    """The whole site is shut down, as for an upgrade."""
    site.stop()
    (site.home / "site.json").unlink()
    return site.start


def _hanging(site: Site) -> Callable[[], None]:
    """Its web server takes connections and never answers."""
    pids = site.descendants("web")
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)

    def wake() -> None:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

    return wake


@pytest.mark.parametrize(
    ("seconds", "away"), [(300, _stopped), (600, _hanging)], ids=["300 s stopped", "600 s hanging"]
)
def test_a_receiver_that_was_away_gets_every_message_once(
    federation: Federation, note: list[Outcome], seconds: int, away: Callable[[Site], Callable[[], None]]
) -> None:
    come_to_rest(federation)
    before = tally(federation, [], "APPROVED")
    decided = [entrust(federation)["number"]]
    arrived(federation.lower, COUNTY, decided[0], "ACCEPTED")

    come_back = away(federation.lower)
    end = time.monotonic() + seconds
    late: list[str] = []
    while time.monotonic() < end:
        late.append(entrust(federation)["number"])
        time.sleep(min(_BETWEEN, max(0.0, end - time.monotonic())))
    assert not federation.upper.do("at_rest")
    come_back()

    back = time.monotonic()
    for number in late:
        arrived(federation.lower, COUNTY, number, "ACCEPTED", seconds=PATIENCE)
    come_to_rest(federation)
    recovered = time.monotonic() - back
    decided += late[: DECIDED - 1]
    for number in decided:
        decide_below(federation, number)
        arrived(federation.upper, CITY, number, "APPROVED")
    come_to_rest(federation)
    after = tally(federation, decided, "APPROVED")
    there = [federation.lower.do("case", code=COUNTY, number=number) for number in late]
    words = "shut down" if away is _stopped else "hanging"
    note.append(
        Outcome.of_two_sites(f"receiver {words} for {seconds} s", after, before, recovered, cases=len(late) + 1)
    )
    assert [held["steps"].count("ACCEPTED") for held in there] == [1] * len(late)
    assert after.lost == ()
    assert after.doubled == ()
