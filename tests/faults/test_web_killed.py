"""The web process is killed in the middle of a request: the client asks again, and it was done once."""

from __future__ import annotations

import http.client
from typing import Any

import pytest
from caller import Caller
from roads import COUNTY, ITEMS, OWN
from stand import Stand

pytestmark = [pytest.mark.stand, pytest.mark.essential, pytest.mark.req("Y-01", "L-01")]
START = """
mutation($item: String!, $key: String!) { startApplication(itemCode: $item, clientKey: $key) { case { id status } } }
"""
KEY = "the same click"
FIND = "query($number: String!) { caseByNumber(trackingNumber: $number) { id status } }"
PASS = "mutation($case: ID!) { passPreReview(caseId: $case) { case { status } } }"


def _signed_in(stand: Stand, username: str, password: str) -> Caller:
    caller = Caller(stand.url, COUNTY)
    caller.sign_in(username, password)
    return caller


def _breaks_off(stand: Stand, caller: Caller, query: str, **variables: Any) -> None:
    """Ask for something on the way of which the web process dies; wait until another one answers."""
    with pytest.raises((OSError, http.client.HTTPException)):
        caller.ask(query, **variables)

    def answers() -> bool:
        try:
            return "data" in caller.ask("{ here { code } }")
        except (OSError, http.client.HTTPException):
            return False

    stand.wait_until(answers, "no web process came back")


def _begun(stand: Stand) -> int:
    """How many rows of cases the county has of the click."""
    ((number,),) = stand.rows(COUNTY, "SELECT count(*) FROM cases_case WHERE client_key = %s", KEY)
    return int(number)


def test_a_repeated_click_after_a_kill_in_the_transaction_begins_one_case(stand: Stand) -> None:
    handed_in = stand.do("submit", code=COUNTY, item=ITEMS[OWN])
    applicant = _signed_in(stand, handed_in["username"], "zt-applicants-of-the-test")

    stand.arm("before_step_commit")
    _breaks_off(stand, applicant, START, item=ITEMS[OWN], key=KEY)
    assert stand.still_armed() == []
    assert _begun(stand) == 0

    begun = [applicant.answered(START, item=ITEMS[OWN], key=KEY) for _ in range(2)]
    assert begun[0] == begun[1]
    assert _begun(stand) == 1


def test_an_act_whose_answer_was_lost_is_done_once_and_told_to_everybody(stand: Stand) -> None:
    number = stand.do("submit", code=COUNTY, item=ITEMS[OWN])["number"]
    clerk = _signed_in(stand, f"clerk-{COUNTY}", stand.environment["ZT_STAFF_PASSWORD"])
    case = clerk.answered(FIND, number=number)["caseByNumber"]

    stand.arm("after_step_commit")
    _breaks_off(stand, clerk, PASS, case=case["id"])
    assert stand.still_armed() == []

    assert clerk.answered(FIND, number=number)["caseByNumber"]["status"] == "PRE_REVIEWED"
    again = clerk.ask(PASS, case=case["id"])
    assert again["errors"][0]["extensions"]["code"] == "TRANSITION_NOT_ALLOWED"
    held = stand.do("case", code=COUNTY, number=number)
    assert held["steps"].count("PRE_REVIEWED") == 1
    stand.wait_until(lambda: stand.do("at_rest"), "the bell that was lost was not made up for")
    assert stand.do("reported")[COUNTY] == stand.do("steps_to_report", code=COUNTY)
