"""Cases that cross between two sites: begun, followed, and held against the records of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sites import CITY, COUNTY, PROVINCE, Federation, Site

ENTRUSTED, DEVOLVED, FORWARDED = "XK-ZJ-01", "XK-YJ-01", "XK-HB-01"
ONCE = ("SUBMITTED", "ACCEPTED", "REVIEWED", "APPROVED")
"""Steps that stand once in the log of an entrusted case, at either side."""


def arrived(site: Site, code: str, number: str, status: str, *, seconds: float = 180) -> dict[str, Any]:
    """What a centre holds of a case once it has come to a status there."""
    held: dict[str, Any] = {}

    def has_come() -> bool:
        held.update(site.do("case", code=code, number=number) or {})
        return held.get("status") == status

    site.wait_until(has_come, f"{number} did not become {status} at {code}", seconds=seconds)
    return held


def entrust(federation: Federation, padding: int = 0) -> dict[str, str]:
    """The city accepts an application and sends it down to be decided."""
    handed_in = federation.upper.do("submit", code=CITY, item=ENTRUSTED, padding=padding)
    federation.upper.do("accept", code=CITY, number=handed_in["number"], to=COUNTY)
    return dict(handed_in)


def decide_below(federation: Federation, number: str) -> None:
    arrived(federation.lower, COUNTY, number, "ACCEPTED")
    federation.lower.do("review", code=COUNTY, number=number)
    federation.lower.do("decide", code=COUNTY, number=number)


def differences(federation: Federation) -> list[str]:
    """Where the two sides' records differ: a place that one of them lacks or has twice, or that waits."""
    found = []
    for above in (CITY, PROVINCE):
        upper = federation.upper.do("ledger", code=above, other=COUNTY)
        lower = federation.lower.do("ledger", code=COUNTY, other=above)
        pairs = {
            f"{above} → {COUNTY}": (upper["out"], lower["in"]),
            f"{COUNTY} → {above}": (lower["out"], upper["in"]),
            f"head {COUNTY} → {above}": (
                federation.lower.do("heads_out", code=COUNTY, other=above),
                upper["heads_in"],
            ),
            f"head {above} → {COUNTY}": (
                federation.upper.do("heads_out", code=above, other=COUNTY),
                lower["heads_in"],
            ),
            "waiting": (upper["unapplied"] + lower["unapplied"], 0),
        }
        found += [f"{name}: {one} / {other}" for name, (one, other) in pairs.items() if one != other]
        for places in (upper["in"], lower["in"], upper["out"], lower["out"]):
            assert len({tuple(place) for place in places}) == len(places), "a place was logged twice"
    return found


def come_to_rest(federation: Federation) -> None:
    """Wait until nothing is on its way and both sides have logged the same places of the same streams, each once."""
    left: list[str] = []

    def equal() -> bool:
        left[:] = differences(federation)
        return not left and federation.upper.do("at_rest") and federation.lower.do("at_rest")

    try:
        federation.upper.wait_until(equal, "the ledgers differ", seconds=240)
    except AssertionError as differ:
        raise AssertionError(f"{left}\n{differ}") from differ


@dataclass(frozen=True, slots=True)
class Tally:
    """What both sites hold of the same traffic."""

    cases: int
    messages: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]


def tally(federation: Federation, numbers: list[str], status: str) -> Tally:
    """Count the cases that must stand once at each side, and every place of the streams between the two sites.

    Lost: a case or a place that one side lacks, or that differs; doubled: what is there twice.
    """
    lost, doubled, messages = list(differences(federation)), list[str](), 0
    for number in numbers:
        for site, code in ((federation.upper, CITY), (federation.lower, COUNTY)):
            held = site.do("case", code=code, number=number)
            if held is None or held["status"] != status:
                lost.append(f"case {number} at {code}: {held and held['status']}")
                continue
            doubled += [f"{number}: {step} at {code}" for step in ONCE if held["steps"].count(step) > 1]
            lost += [f"{number}: {step} at {code}" for step in ONCE if not held["steps"].count(step)]
    for above in (CITY, PROVINCE):
        for site, code, other in ((federation.upper, above, COUNTY), (federation.lower, COUNTY, above)):
            messages += len(site.do("ledger", code=code, other=other)["out"])
    return Tally(len(numbers), messages, tuple(lost), tuple(doubled))
