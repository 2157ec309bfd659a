"""Valkey loses all it holds: sessions, the queue, counters. People sign in again, their drafts are there, work goes on."""

from __future__ import annotations

import signal

import pytest
from caller import SIGN_IN, Caller
from roads import COUNTY, ITEMS, OWN
from stand import Outcome, Stand

pytestmark = [pytest.mark.stand, pytest.mark.essential, pytest.mark.req("Y-01", "L-01")]
PASSWORD = "zt-applicants-of-the-test"
START = "mutation($item: String!) { startApplication(itemCode: $item) { case { id } } }"
SAVE = """
mutation($case: ID!, $form: [AnswerInput!]!) { saveForm(caseId: $case, form: $form) { case { id } } }
"""
READ = "query($case: ID!) { case(id: $case) { status form { name value } } }"
ADDRESS = "桃花镇一号"


def _refusal(caller: Caller, username: str, password: str) -> str:
    errors = caller.ask(SIGN_IN, u=username, p=password).get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else ""


def _answers(stand: Stand) -> bool:
    return bool((stand.health() or {}).get("cache", {}).get("ok"))


def test_everything_that_valkey_held_is_lost(stand: Stand, note: list[Outcome]) -> None:
    applicant, guesser = Caller(stand.url, COUNTY), Caller(stand.url, COUNTY)
    username = stand.do("submit", code=COUNTY, item=ITEMS[OWN])["username"]
    applicant.sign_in(username, PASSWORD)
    draft = applicant.answered(START, item=ITEMS[OWN])["startApplication"]["case"]["id"]
    applicant.answered(SAVE, case=draft, form=[{"name": "address", "value": ADDRESS}])
    locked = [_refusal(guesser, f"clerk-{COUNTY}", "wrong") for _ in range(6)]

    with stand.begin("Valkey is killed and its data are gone", 12) as run:
        run.wait_for_acts(12)
        stand.send("valkey", signal.SIGSTOP)
        for file in (stand.home / "valkey").rglob("*"):
            if file.is_file():
                file.unlink()
        stand.kill("valkey")
        stand.wait_until(lambda: _answers(stand), "the cache did not come back")
        signed_out = applicant.ask(READ, case=draft)
        unlocked = _refusal(guesser, f"clerk-{COUNTY}", stand.environment["ZT_STAFF_PASSWORD"])
        applicant.sign_in(username, PASSWORD)
        kept = applicant.answered(READ, case=draft)["case"]
        run.calm()
        outcome = run.rest()
    note.append(outcome)
    assert locked[-1] == "TOO_MANY_TRIES"
    assert signed_out["errors"][0]["extensions"]["code"] == "SIGN_IN_REQUIRED"
    assert unlocked == "", "the right password is taken: the counter began anew"
    assert kept["status"] == "DRAFT"
    assert {"name": "address", "value": ADDRESS} in kept["form"]
    assert outcome.lost == []
    assert outcome.doubled == []
