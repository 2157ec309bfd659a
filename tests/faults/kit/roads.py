"""The four kinds of cases: what the people at either centre do next, by the status they see."""

from __future__ import annotations

from dataclasses import dataclass

PROVINCE, CITY, COUNTY = "340000", "340100", "340123"
FINAL, ENDS = "DELIVERED", "ended"
OWN, ENTRUSTED, DEVOLVED, FORWARDED = "OWN", "ENTRUSTED", "DEVOLVED", "FORWARDED"
KINDS = (OWN, ENTRUSTED, DEVOLVED, FORWARDED)
ITEMS = {OWN: "XK-SC-04", ENTRUSTED: "XK-ZJ-01", DEVOLVED: "XK-YJ-01", FORWARDED: "XK-HB-01"}

_INTAKE = {"SUBMITTED": "pass"}
_DECISION = {"ACCEPTED": "review", "REVIEWED": "decide"}
_END = {"APPROVED": "seal", "COMPLETED": "deliver"}
ROADS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    OWN: ({**_INTAKE, "PRE_REVIEWED": "accept", **_DECISION, **_END}, {}),
    ENTRUSTED: ({**_INTAKE, "PRE_REVIEWED": "accept for", **_END}, _DECISION),
    DEVOLVED: ({"SUBMITTED": "hand down"}, {**_INTAKE, "PRE_REVIEWED": "accept", **_DECISION, **_END}),
    FORWARDED: ({**_INTAKE, "PRE_REVIEWED": "accept for", "ACCEPTED": "review", **_END}, _DECISION),
}
"""By kind: the acts where the case was handed in, and those at the other centre."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One case: its client key, kind, item, where it is handed in, and the other centre ("" for a case of one)."""

    key: str
    kind: str
    item: str
    at: str
    other: str
    applicant: int


def plans(run: str, count: int) -> list[Plan]:
    """``count`` cases of all four kinds in turn, between the city and its county."""
    found = []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        at, other = (CITY, COUNTY) if kind in (ENTRUSTED, DEVOLVED) else (COUNTY, CITY)
        found.append(Plan(f"{run}-{number:03d}", kind, ITEMS[kind], at, "" if kind == OWN else other, number))
    return found
