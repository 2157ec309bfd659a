"""Many people submit at one moment through the gateway: real commits, every centre a database log-in of its own.

200 requests stand in line for 32 threads of the web server and its 20 connections, as they do on a busy morning.
"""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.accounts.rules import resident_check_digit
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.numbers import grouped, parse
from zt_platform.cases.testing import Town, make_town
from zt_platform.catalogue.models import Material
from zt_platform.papers.models import Paper
from zt_tenants import clock
from zt_tenants.context import enter

pytestmark = pytest.mark.req("E-10", "L-01")
PEOPLE = 200
THREADS = 32
START = """mutation($key: String!) { startApplication(itemCode: "XK-OWN", clientKey: $key,
  form: [{name: "place", value: "桃花镇1号"}, {name: "area", value: "12"}]) { case { id } } }"""
SUBMIT = """mutation($case: ID!, $key: String!) {
  submitApplication(caseId: $case, submissionKey: $key) { case { trackingNumber } } }"""


@pytest.fixture
def busy(committed_world, settings) -> Town:
    """A town that asks for no documents, behind the real wall: log-ins, and connections out of the pool."""
    town = make_town(committed_world.city, committed_world.county, committed_world.other_city)
    with enter(town.city.centre):
        Material.objects.update(required=False)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody types a password here
    return town


def _person(number: int) -> Account:
    body = f"34010219900101{number:03d}"
    return register_account(
        username=f"person-{number}",
        password="a long pass phrase",
        full_name="张小明",
        phone=f"138{number:08d}",
        resident_id=body + resident_check_digit(body),
    )


def _at_once(act, subjects) -> list:
    """Each subject in turn for the next free thread; the answers in the order of the subjects."""

    def one(subject):
        try:
            with clock.at(datetime(2026, 3, 2, 2, 0, tzinfo=UTC)):
                return act(subject)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, subjects))


def test_two_hundred_people_submit_at_once_and_each_gets_a_number_of_their_own(busy, gateway) -> None:
    people = [_person(number) for number in range(PEOPLE)]
    clients = [gateway(person) for person in people]
    city = busy.city.centre

    def submit(client):
        begun = client.ask(START, at=city, key="first")
        if begun.codes or begun.status != 200:
            return begun
        return client.ask(SUBMIT, at=city, case=begun.data["startApplication"]["case"]["id"], key="once")

    answers = _at_once(submit, clients)
    assert Counter(answer.status for answer in answers) == {200: PEOPLE}
    assert Counter(code for answer in answers for code in answer.codes) == {}
    numbers = [answer.data["submitApplication"]["case"]["trackingNumber"] for answer in answers]
    assert sorted(parse(number).sequence for number in numbers) == list(range(1, PEOPLE + 1))
    assert all(parse(grouped(number)).origin_code == city.code for number in numbers)
    assert {len(number) for number in numbers} == {20}
    with enter(city):
        in_order = list(
            CaseEvent.objects.filter(step="SUBMITTED").order_by("id").values_list("case__tracking_number", flat=True)
        )
        assert Case.objects.count() == PEOPLE
        assert Case.objects.values("applicant_account_id").distinct().count() == PEOPLE
        papers = list(Paper.objects.filter(kind="MATERIALS_RECEIPT").order_by("id").values_list("number", "subject"))
    assert sorted(in_order) == sorted(numbers)
    assert in_order == sorted(in_order), "a later submission has the smaller number"
    serials = [int(found[1]) for paper, _ in papers if (found := re.search(r"〔2026〕(\d{5})号$", paper))]
    assert serials == list(range(1, PEOPLE + 1))
    assert [subject for _, subject in papers] == in_order


def test_fifty_equal_clicks_begin_and_hand_in_one_case(busy, gateway) -> None:
    person, city = _person(1), busy.city.centre
    clients = [gateway(person) for _ in range(50)]
    begun = _at_once(lambda client: client.ask(START, at=city, key="the one click"), clients)
    assert [answer.codes for answer in begun] == [[]] * 50
    cases = {answer.data["startApplication"]["case"]["id"] for answer in begun}
    assert len(cases) == 1
    [case_id] = cases
    handed_in = _at_once(lambda client: client.ask(SUBMIT, at=city, case=case_id, key="the other click"), clients)
    assert [answer.codes for answer in handed_in] == [[]] * 50
    numbers = {answer.data["submitApplication"]["case"]["trackingNumber"] for answer in handed_in}
    assert len(numbers) == 1
    with enter(city):
        assert [case.tracking_number for case in Case.objects.all()] == list(numbers)
        assert CaseEvent.objects.filter(step="SUBMITTED").count() == 1
        assert Paper.objects.filter(kind="MATERIALS_RECEIPT").count() == 1


def test_a_lost_answer_and_a_new_session_lead_to_the_same_case(busy, gateway) -> None:
    person, city = _person(1), busy.city.centre
    first = gateway(person).ask(START, at=city, key="k").data["startApplication"]["case"]["id"]
    gateway(person).ask(SUBMIT, at=city, case=first, key="s")  # its answer never arrived; the session was lost, too
    again = gateway(person).ask(START, at=city, key="k").data["startApplication"]["case"]["id"]
    number = (
        gateway(person).ask(SUBMIT, at=city, case=again, key="s").data["submitApplication"]["case"]["trackingNumber"]
    )
    assert again == first
    with enter(city):
        assert Case.objects.get().tracking_number == number
    other = gateway(person).ask(SUBMIT, at=city, case=first, key="another key")
    assert other.codes == ["TRANSITION_NOT_ALLOWED"]
