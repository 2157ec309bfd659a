"""Cases, files and supervision between two complete sites: two databases, brokers, object stores, workers, over TLS."""

from __future__ import annotations

from typing import Any

import pytest
from sites import CITY, COUNTY, PROVINCE, Federation, Site

pytestmark = [pytest.mark.req("Y-01", "C-06")]
ENTRUSTED, DEVOLVED, FORWARDED = "XK-ZJ-01", "XK-YJ-01", "XK-HB-01"


def _arrived(site: Site, code: str, number: str, status: str) -> dict[str, Any]:
    """What a centre holds of a case once it has come to a status there."""
    held: dict[str, Any] = {}

    def has_come() -> bool:
        held.update(site.do("case", code=code, number=number) or {})
        return held.get("status") == status

    site.wait_until(has_come, f"{number} did not become {status} at {code}")
    return held


def _entrust(federation: Federation, padding: int = 0) -> dict[str, str]:
    """The city accepts an application and sends it down to be decided."""
    handed_in = federation.upper.do("submit", code=CITY, item=ENTRUSTED, padding=padding)
    federation.upper.do("accept", code=CITY, number=handed_in["number"], to=COUNTY)
    return dict(handed_in)


def _decide_below(federation: Federation, number: str) -> None:
    _arrived(federation.lower, COUNTY, number, "ACCEPTED")
    federation.lower.do("review", code=COUNTY, number=number)
    federation.lower.do("decide", code=COUNTY, number=number)


def _come_to_rest(federation: Federation) -> None:
    for site in (federation.upper, federation.lower):
        site.wait_until(lambda site=site: site.do("at_rest"), "messages are still on their way", seconds=180)


def _assert_equal_ledgers(federation: Federation) -> None:
    """Nothing lost, nothing doubled, nothing waiting: both sides have logged the same places of the same streams."""
    _come_to_rest(federation)
    for above in (CITY, PROVINCE):
        upper = federation.upper.do("ledger", code=above, other=COUNTY)
        lower = federation.lower.do("ledger", code=COUNTY, other=above)
        assert upper["out"] == lower["in"]
        assert lower["out"] == upper["in"]
        for places in (upper["in"], lower["in"]):
            assert len({tuple(place) for place in places}) == len(places)
        assert upper["heads_in"] == federation.lower.do("heads_out", code=COUNTY, other=above)
        assert lower["heads_in"] == federation.upper.do("heads_out", code=above, other=COUNTY)
        assert (upper["unapplied"], lower["unapplied"]) == (0, 0)


def test_an_entrusted_case_goes_to_the_other_site_and_comes_back(federation: Federation) -> None:
    upper, lower = federation.upper, federation.lower
    handed_in = _entrust(federation)
    number = handed_in["number"]

    below = _arrived(lower, COUNTY, number, "ACCEPTED")
    assert below["role"] == "DECIDING"
    assert below["files"] == upper.do("case", code=CITY, number=number)["files"]
    _decide_below(federation, number)

    above = _arrived(upper, CITY, number, "APPROVED")
    assert above["decision"] == lower.do("case", code=COUNTY, number=number)["decision"] != ""
    assert upper.do("finish", code=CITY, number=number) == "DELIVERED"
    _arrived(lower, COUNTY, number, "DELIVERED")
    crossed = b"".join(upper.wire.seen + lower.wire.seen)
    for words in (handed_in["name"].encode(), handed_in["id_number"].encode()):
        assert words not in crossed
    assert ("/c/340100/interop/attachments", 206) in upper.wire.paths
    _assert_equal_ledgers(federation)


def test_devolved_and_forwarded_cases_cross_too(federation: Federation) -> None:
    upper, lower = federation.upper, federation.lower
    devolved = upper.do("submit", code=CITY, item=DEVOLVED)["number"]
    forwarded = lower.do("submit", code=COUNTY, item=FORWARDED)["number"]
    upper.do("hand_down", code=CITY, number=devolved, to=COUNTY)
    lower.do("accept", code=COUNTY, number=forwarded, to=CITY)
    lower.do("review", code=COUNTY, number=forwarded)

    _arrived(lower, COUNTY, devolved, "SUBMITTED")
    lower.do("accept", code=COUNTY, number=devolved)
    _decide_below(federation, devolved)
    lower.do("finish", code=COUNTY, number=devolved)
    _arrived(upper, CITY, devolved, "DELIVERED")

    _arrived(upper, CITY, forwarded, "ACCEPTED")
    upper.do("review", code=CITY, number=forwarded)
    upper.do("decide", code=CITY, number=forwarded)
    decided = _arrived(lower, COUNTY, forwarded, "APPROVED")
    assert decided["decision"] == upper.do("case", code=CITY, number=forwarded)["decision"] != ""
    lower.do("finish", code=COUNTY, number=forwarded)
    _arrived(upper, CITY, forwarded, "DELIVERED")
    _assert_equal_ledgers(federation)


@pytest.mark.req("R-03")
def test_the_province_sees_every_step_of_both_sites(federation: Federation) -> None:
    _come_to_rest(federation)
    seen = federation.upper.do("reported")
    assert seen[COUNTY] == federation.lower.do("steps_to_report", code=COUNTY) > 0
    assert seen[CITY] == federation.upper.do("steps_to_report", code=CITY) > 0
    assert set(seen) == {CITY, COUNTY}


def test_a_line_that_loses_alters_doubles_and_breaks_costs_nothing(federation: Federation) -> None:
    upper, lower = federation.upper, federation.lower
    upper.wire.faults += ["cut", "alter", "double", "lose", "spoil"] * 2
    lower.wire.faults += ["double", "cut", "lose", "alter"] * 2
    numbers = [_entrust(federation)["number"] for _ in range(2)]
    for number in numbers:
        _decide_below(federation, number)
    upper.wire.cut_off = lower.wire.cut_off = True
    late = _entrust(federation)["number"]
    for number in numbers:
        lower.do("case", code=COUNTY, number=number)
    upper.wire.cut_off = lower.wire.cut_off = False

    for number in numbers:
        _arrived(upper, CITY, number, "APPROVED")
        assert upper.do("case", code=CITY, number=number)["steps"].count("APPROVED") == 1
    _arrived(lower, COUNTY, late, "ACCEPTED")
    assert not upper.wire.faults
    _assert_equal_ledgers(federation)


def test_files_of_many_megabytes_follow_the_message(federation: Federation) -> None:
    handed_in = _entrust(federation, padding=9 * 1024 * 1024)
    below = _arrived(federation.lower, COUNTY, handed_in["number"], "ACCEPTED")
    assert below["files"] == federation.upper.do("case", code=CITY, number=handed_in["number"])["files"]
    _assert_equal_ledgers(federation)


def test_only_who_was_sent_a_file_can_fetch_it(federation: Federation) -> None:
    number = federation.upper.do("submit", code=CITY, item=ENTRUSTED)["number"]
    kept = federation.upper.do("attachment_keys", code=CITY, number=number)[0]

    refused = federation.lower.do("fetch", code=COUNTY, source=CITY, key=kept["key"], sha256=kept["sha256"])
    assert refused.startswith("ATTACHMENT_NOT_OFFERED")
    federation.upper.do("accept", code=CITY, number=number, to=COUNTY)
    given = federation.lower.do("fetch", code=COUNTY, source=CITY, key=kept["key"], sha256=kept["sha256"])
    assert bytes.fromhex(given).startswith(b"%PDF")


@pytest.mark.req("Y-04")
def test_keys_are_renewed_without_a_telephone_and_cases_go_on(federation: Federation) -> None:
    upper, lower, folder = federation.upper, federation.lower, federation.folder
    renewal, registry = str(folder / "renewal"), str(folder / "registry-2")
    lower.run("federation", "renew", COUNTY, "--site", lower.address, "--file", renewal)
    upper.run("keys", "rotate", "--centre", CITY)
    upper.run("federation", "accept", renewal, "--file", registry)
    lower.run("federation", "complete", registry)

    number = _entrust(federation)["number"]
    _decide_below(federation, number)
    _arrived(upper, CITY, number, "APPROVED")
    for site in (upper, lower):
        assert "正常 well" in site.run("federation", "check")
    _assert_equal_ledgers(federation)


def test_a_root_key_that_is_not_pinned_and_a_wrong_fingerprint_are_refused(federation: Federation) -> None:
    upper, lower, folder = federation.upper, federation.lower, federation.folder
    target = str(folder / "never")
    arguments = ("federation", "join", str(folder / "invitation"), "--site", lower.address, "--file", target)
    said = lower.run(*arguments, fails=True, INTEROP_ROOT_KEYS="")
    assert federation.root_key in "".join(said.split())
    said = upper.run(
        "federation", "accept", str(folder / "requests"), "--fingerprint", "0000", "--file", target, fails=True
    )
    assert "指纹" in said
    assert not (folder / "never").exists()
