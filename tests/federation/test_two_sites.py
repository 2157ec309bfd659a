"""Cases, files and supervision between two complete sites: two databases, brokers, object stores, workers, over TLS."""

from __future__ import annotations

import pytest
from crossing import DEVOLVED, ENTRUSTED, FORWARDED, arrived, come_to_rest, decide_below, entrust
from sites import CITY, COUNTY, Federation

pytestmark = [pytest.mark.req("Y-01", "C-06")]


def test_an_entrusted_case_goes_to_the_other_site_and_comes_back(federation: Federation) -> None:
    upper, lower = federation.upper, federation.lower
    handed_in = entrust(federation)
    number = handed_in["number"]

    below = arrived(lower, COUNTY, number, "ACCEPTED")
    assert below["role"] == "DECIDING"
    assert below["files"] == upper.do("case", code=CITY, number=number)["files"]
    decide_below(federation, number)

    above = arrived(upper, CITY, number, "APPROVED")
    assert above["decision"] == lower.do("case", code=COUNTY, number=number)["decision"] != ""
    assert upper.do("finish", code=CITY, number=number) == "DELIVERED"
    arrived(lower, COUNTY, number, "DELIVERED")
    crossed = b"".join(upper.wire.seen + lower.wire.seen)
    for words in (handed_in["name"].encode(), handed_in["id_number"].encode()):
        assert words not in crossed
    assert ("/c/340100/interop/attachments", 206) in upper.wire.paths
    come_to_rest(federation)


def test_devolved_and_forwarded_cases_cross_too(federation: Federation) -> None:
    upper, lower = federation.upper, federation.lower
    devolved = upper.do("submit", code=CITY, item=DEVOLVED)["number"]
    forwarded = lower.do("submit", code=COUNTY, item=FORWARDED)["number"]
    upper.do("hand_down", code=CITY, number=devolved, to=COUNTY)
    lower.do("accept", code=COUNTY, number=forwarded, to=CITY)
    lower.do("review", code=COUNTY, number=forwarded)

    arrived(lower, COUNTY, devolved, "SUBMITTED")
    lower.do("accept", code=COUNTY, number=devolved)
    decide_below(federation, devolved)
    lower.do("finish", code=COUNTY, number=devolved)
    held = arrived(upper, CITY, devolved, "DELIVERED")
    issued = lower.do("case", code=COUNTY, number=devolved)["issued"]
    assert held["foreign"] == issued, "each paper byte for byte, with the page of the site that issued it"
    assert {kind for kind, _, _ in issued} == {"ACCEPTANCE", "CERTIFICATE", "GRANT", "DELIVERY_RECEIPT"}
    assert all(address.startswith("http") for _, _, address in issued)

    arrived(upper, CITY, forwarded, "ACCEPTED")
    upper.do("review", code=CITY, number=forwarded)
    upper.do("decide", code=CITY, number=forwarded)
    decided = arrived(lower, COUNTY, forwarded, "APPROVED")
    assert decided["decision"] == upper.do("case", code=CITY, number=forwarded)["decision"] != ""
    lower.do("finish", code=COUNTY, number=forwarded)
    arrived(upper, CITY, forwarded, "DELIVERED")
    come_to_rest(federation)


@pytest.mark.req("R-03")
def test_the_province_sees_every_step_of_both_sites(federation: Federation) -> None:
    come_to_rest(federation)
    seen = federation.upper.do("reported")
    assert seen[COUNTY] == federation.lower.do("steps_to_report", code=COUNTY) > 0
    assert seen[CITY] == federation.upper.do("steps_to_report", code=CITY) > 0
    assert set(seen) == {CITY, COUNTY}


def test_a_line_that_loses_alters_doubles_and_breaks_costs_nothing(federation: Federation) -> None:
    upper, lower = federation.upper, federation.lower
    upper.wire.faults += ["cut", "alter", "double", "lose", "spoil"]
    lower.wire.faults += ["double", "cut", "lose", "alter"]
    numbers = [entrust(federation)["number"] for _ in range(2)]
    for number in numbers:
        decide_below(federation, number)
    upper.wire.cut_off = lower.wire.cut_off = True
    late = entrust(federation)["number"]
    lost = lower.wire.lost
    lower.wait_until(lambda: lower.wire.lost > lost, "nobody tried the line that was cut")
    assert lower.do("case", code=COUNTY, number=late) is None
    upper.wire.cut_off = lower.wire.cut_off = False

    for number in numbers:
        arrived(upper, CITY, number, "APPROVED")
        assert upper.do("case", code=CITY, number=number)["steps"].count("APPROVED") == 1
    arrived(lower, COUNTY, late, "ACCEPTED")
    assert not upper.wire.faults
    come_to_rest(federation)


def test_files_of_many_megabytes_follow_the_message(federation: Federation) -> None:
    handed_in = entrust(federation, padding=9 * 1024 * 1024)
    below = arrived(federation.lower, COUNTY, handed_in["number"], "ACCEPTED")
    assert below["files"] == federation.upper.do("case", code=CITY, number=handed_in["number"])["files"]
    come_to_rest(federation)


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

    number = entrust(federation)["number"]
    decide_below(federation, number)
    arrived(upper, CITY, number, "APPROVED")
    for site in (upper, lower):
        assert "正常 well" in site.run("federation", "check")
    come_to_rest(federation)


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
