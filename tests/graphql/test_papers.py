"""The papers of a case through the gateway: both centres' in one list, and a decision only once it is sealed."""

from __future__ import annotations

import pytest

from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord
from zt_platform.cases.models import Case
from zt_platform.cases.testing import ENTRUSTED, MONDAY, relay_all
from zt_platform.papers.models import Paper
from zt_tenants import clock
from zt_tenants.context import enter

pytestmark = pytest.mark.req("E-20", "L-06")
PAPERS = """query($case: ID!) { case(id: $case) {
  papers { kind number department elsewhere void code verifyUrl centre { code } file { fileName downloadUrl } } } }"""
DECISION = """query($case: ID!) { case(id: $case) {
  decisionPaper { downloadUrl } certificate { number paper { downloadUrl } } papers { kind file { downloadUrl } } } }"""
TRACK = """query($number: String!, $tail: String!) { trackCase(trackingNumber: $number, phoneTail: $tail) {
  papers { kind number elsewhere centreName verifyUrl } } }"""


@pytest.fixture
def case(scene) -> Case:
    """The applicant's case at the city, accepted there and suspended at the county to which its decision is entrusted."""
    town = scene.town
    with clock.at(MONDAY):
        case = town.city.submitted(Actor.for_applicant(scene.zhang), ENTRUSTED)
        town.city.accept(case)
        relay_all()
        town.county.pause(town.county.case(str(case.tracking_number)))
        relay_all()
    return town.city.fresh(case)


def papers(client, scene, case: Case) -> list[dict]:
    return client.ask(PAPERS, at=scene.city, case=case.pk).data["case"]["papers"]


def test_both_centres_papers_are_one_list_with_issuer_and_file(scene, gateway, case) -> None:
    listed = {paper["kind"]: paper for paper in papers(gateway(scene.zhang), scene, case)}
    assert set(listed) == {"MATERIALS_RECEIPT", "ACCEPTANCE", "PAUSE"}
    own, told = listed["ACCEPTANCE"], listed["PAUSE"]
    assert (own["elsewhere"], own["centre"]["code"], told["elsewhere"]) == (False, "340100", True)
    assert (told["centre"]["code"], told["department"]) == ("340123", "合肥市市场监督管理局")
    assert told["verifyUrl"] == f"/verify/{told['code']}/"
    assert "X-Amz-Signature" in told["file"]["downloadUrl"]
    with enter(scene.town.county.centre):
        assert told["number"] == Paper.objects.get(subject=case.tracking_number, kind="PAUSE").number


def test_papers_of_one_day_stand_in_the_order_of_the_case_whoever_issued_them(scene, gateway, case) -> None:
    town, number = scene.town, str(case.tracking_number)
    with clock.at(MONDAY):
        for step in (town.county.resume, town.county.review, town.county.decide):
            step(town.county.case(number))
        relay_all()
        town.city.seal(town.city.fresh(case))
        town.city.deliver(town.city.fresh(case))
    kinds = [paper["kind"] for paper in papers(gateway(scene.zhang), scene, case)]
    assert kinds == [
        "MATERIALS_RECEIPT",
        "ACCEPTANCE",
        "PAUSE",
        "RESUMPTION",
        "GRANT",
        "CERTIFICATE",
        "DELIVERY_RECEIPT",
    ]


def test_a_decision_is_the_staffs_before_the_seal_and_the_applicants_after_it(scene, gateway) -> None:
    city = scene.town.city
    case = city.submitted(Actor.for_applicant(scene.zhang))
    for step in (city.accept, city.review, city.decide):
        step(case)

    def seen(who) -> tuple[bool, bool, bool]:
        found = gateway(who).ask(DECISION, at=scene.city, case=case.pk).data["case"]
        listed = {paper["kind"] for paper in found["papers"]}
        return found["decisionPaper"] is not None, found["certificate"] is not None, {"GRANT", "CERTIFICATE"} <= listed

    assert seen(scene.zhang) == (False, False, False)
    assert seen(scene.boss) == (True, True, True)
    city.seal(case)
    assert seen(scene.zhang) == (True, True, True)


def test_tracking_shows_that_there_are_papers_and_where_to_verify_them(scene, gateway, case) -> None:
    asked = {"number": case.tracking_number, "tail": "2345"}
    shown = gateway().ask(TRACK, **asked).data["trackCase"]["papers"]
    assert [(paper["kind"], paper["elsewhere"]) for paper in shown] == [
        ("MATERIALS_RECEIPT", False),
        ("ACCEPTANCE", False),
        ("PAUSE", True),
    ]
    assert shown[2]["centreName"] == scene.town.county.centre.name
    withheld = gateway().ask(TRACK.replace("verifyUrl", "file { downloadUrl }"), **asked)
    assert "errors" in withheld.body, "no file without signing in"


@pytest.mark.req("A-01", "A-09")
def test_nobody_else_lists_them_and_opening_a_file_is_written_down(scene, gateway, case) -> None:
    before = scene.fingerprint(scene.city)
    for other in (scene.li, scene.intruder):
        assert gateway(other).ask(PAPERS, at=scene.city, case=case.pk).codes == ["CASE_NOT_FOUND"]
    assert scene.fingerprint(scene.city) == before

    def lines() -> int:
        with enter(scene.city):
            return AuditRecord.objects.filter(case_id=case.pk, deed="READ_CASE").count()

    gateway(scene.boss).ask("query($case: ID!) { case(id: $case) { papers { number } } }", at=scene.city, case=case.pk)
    assert lines() == 0, "numbers alone open nothing"
    papers(gateway(scene.boss), scene, case)
    assert lines() == 1
