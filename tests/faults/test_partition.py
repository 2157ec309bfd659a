"""The network parts two running sites while people work at both, wholly or in one direction, and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from crossing import arrived, come_to_rest, decide_below, entrust, tally
from joined import joined
from roads_between import PARTITIONS, Cable, Wires, two_hosts
from sites import CITY, COUNTY, Federation
from stand import Outcome

pytestmark = [pytest.mark.stand, pytest.mark.req("Y-01", "C-06")]
APART = 25.0
"""Seconds that a partition lasts: longer than the 8 s after which these sites give an answer up."""


@dataclass(frozen=True, slots=True)
class Parted:
    """Two sites and the way between them."""

    sites: Federation
    way: Cable | Wires


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parted]:
    """Joined, and at rest."""
    folder = tmp_path_factory.mktemp("partition")
    with two_hosts(folder) as (upper, lower, way), joined(upper, lower, folder) as federation:
        yield Parted(federation, way)


@pytest.mark.parametrize("how", PARTITIONS)
def test_what_was_begun_on_both_sides_of_a_partition_ends_once(parted: Parted, note: list[Outcome], how: str) -> None:
    sites, way = parted.sites, parted.way
    come_to_rest(sites)
    before = tally(sites, [], "APPROVED")
    numbers = [entrust(sites)["number"] for _ in range(2)]
    for number in numbers:
        arrived(sites.lower, COUNTY, number, "ACCEPTED")

    way.part(how)
    end = time.monotonic() + APART
    for number in numbers:
        decide_below(sites, number)
    numbers += [entrust(sites)["number"] for _ in range(2)]
    time.sleep(max(0.0, end - time.monotonic()))
    heard_above = [sites.upper.do("case", code=CITY, number=number)["status"] == "APPROVED" for number in numbers[:2]]
    heard_below = [sites.lower.do("case", code=COUNTY, number=number) is not None for number in numbers[2:]]
    way.heal(how)
    # A connection that stands carries what is sent on it to whoever still hears; the answer is lost.
    assert how == "upper unheard" or not any(heard_above)
    assert how == "lower unheard" or not any(heard_below)

    healed = time.monotonic()
    for number in numbers[2:]:
        arrived(sites.lower, COUNTY, number, "ACCEPTED")
        decide_below(sites, number)
    for number in numbers:
        arrived(sites.upper, CITY, number, "APPROVED")
    come_to_rest(sites)
    after = tally(sites, numbers, "APPROVED")
    note.append(Outcome.of_two_sites(f"partition, {how} ({way.name})", after, before, time.monotonic() - healed))
    assert after.lost == ()
    assert after.doubled == ()
