"""Who may ask what: by consumer, service and field. A refusal is logged and nothing leaves the house."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from zt_interop.departments import registry
from zt_interop.departments.calls import Question, ask
from zt_interop.departments.errors import (
    FieldNotGranted,
    GrantEnded,
    NotGranted,
    ParametersInvalid,
    ServiceInvalid,
    ServiceUnknown,
    TooManyCalls,
)
from zt_interop.departments.models import DueCall, Grant
from zt_interop.departments.testing import COMPANY_CHECK, IDENTITY_CHECK, NAME, NUMBER, USCC, grant
from zt_interop.log.models import DataCall
from zt_tenants.clock import at
from zt_tenants.context import enter
from zt_tenants.errors import Conflict, InvalidInput, NotFound

pytestmark = pytest.mark.req("Y-01", "Y-02", "Y-11")
PERSON = {"name": NAME, "id_number": NUMBER}


def refused(centre, offices, expected, question: Question) -> DataCall:
    """The question is refused by its type, logged once, and never reached the department."""
    with enter(centre):
        before = DataCall.objects.count()
        with pytest.raises(expected) as error:
            ask(question)
        assert DataCall.objects.count() == before + 1
        logged = DataCall.objects.first()
    assert (logged.state, logged.reason_code) == ("REFUSED", error.value.code)
    assert logged.answer is None
    assert logged.parameters == {}
    assert offices.questions == []
    assert not DueCall.objects.exists()
    return logged


def test_a_granted_question_is_answered_signed_and_logged(world, offices) -> None:
    with enter(world.city):
        call = ask(Question(IDENTITY_CHECK, PERSON, case_id=7, subject="", asked_by="王建国"))
        logged = DataCall.objects.get()
    assert (call.state, call.status, call.verdict, call.answer) == ("ANSWERED", "FOUND", "MATCH", {"result": "MATCH"})
    assert (logged.actor_name, logged.case_id, logged.purpose) == ("王建国", 7, "核验申请人身份")
    assert logged.request_wire.encode() == offices.questions[0]
    assert logged.answer_wire.count(".") == 2
    assert NUMBER not in str(DataCall.objects.values_list("parameters", flat=True).query)


def test_the_question_and_the_answer_lie_sealed(world, offices) -> None:
    from django.db import connection

    with enter(world.city):
        ask(Question(COMPANY_CHECK, {"uscc": USCC}))
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(c)::text FROM interop_log_datacall c")
            stored = cursor.fetchone()[0]
    wire = offices.questions[0].decode().split(".")[1]
    assert USCC not in stored
    assert "王建国" not in stored
    assert wire not in stored


def test_without_a_grant_nothing_is_asked(world, offices) -> None:
    logged = refused(world.county, offices, NotGranted, Question(IDENTITY_CHECK, PERSON))
    assert (logged.service_code, logged.reason_code) == (IDENTITY_CHECK, NotGranted.code)


def test_another_centres_grant_is_of_no_use(world, offices) -> None:
    grant(world.other_city, IDENTITY_CHECK, "result", "address")
    own = refused(world.city, offices, FieldNotGranted, Question(IDENTITY_CHECK, PERSON, fields=["address"]))
    none = refused(world.county, offices, NotGranted, Question(IDENTITY_CHECK, PERSON))
    assert (own.reason_code, none.reason_code) == (FieldNotGranted.code, NotGranted.code)


def test_an_ungranted_field_is_refused_by_name(world, offices) -> None:
    logged = refused(world.city, offices, FieldNotGranted, Question(IDENTITY_CHECK, PERSON, fields=["address"]))
    assert "address" in logged.reason_en
    assert logged.fields == ["address"]


def test_what_was_not_asked_for_is_cut_from_question_and_answer(world, offices) -> None:
    with enter(world.city):
        call = ask(Question(COMPANY_CHECK, {"uscc": USCC}, fields=["status"]))
    assert call.answer == {"status": "存续"}
    from zt_interop import signed
    from zt_interop.canonical import parse_strict

    asked = parse_strict(signed.decode(offices.questions[0].split(b".")[1]))
    assert asked["fields"] == ["status"]


def test_a_department_that_answers_too_much_is_cut(world, offices) -> None:
    offices.department.services = {
        IDENTITY_CHECK: lambda parameters: ("FOUND", {"result": "MATCH", "address": "安徽省"})
    }
    cut = offices.department._look_up

    def everything(code, asked):
        return cut(code, {**asked, "fields": ["result", "address"]})

    offices.department._look_up = everything
    with enter(world.city):
        assert ask(Question(IDENTITY_CHECK, PERSON)).answer == {"result": "MATCH"}
        assert "安徽省" not in str(DataCall.objects.get().answer)


@pytest.mark.parametrize(
    ("terms", "moment"),
    [
        ({"valid_until": date(2026, 1, 31)}, datetime(2026, 2, 1, 4, tzinfo=UTC)),
        ({"valid_from": date(2026, 3, 1)}, datetime(2026, 2, 1, 4, tzinfo=UTC)),
    ],
)
def test_a_grant_counts_between_its_dates_only(world, offices, terms, moment) -> None:
    grant(world.county, IDENTITY_CHECK, "result", **terms)
    with at(moment):
        logged = refused(world.county, offices, GrantEnded, Question(IDENTITY_CHECK, PERSON))
    assert (logged.reason_code, logged.asked_at) == (GrantEnded.code, moment)


def test_a_grant_counts_on_its_last_day_of_shanghai(world, offices) -> None:
    grant(world.county, IDENTITY_CHECK, "result", valid_until=date(2026, 1, 31))
    with offices.at(datetime(2026, 1, 31, 15, 59, tzinfo=UTC)), enter(world.county):
        assert ask(Question(IDENTITY_CHECK, PERSON)).state == "ANSWERED"


def test_a_revoked_grant_ends_at_once_and_can_be_opened_anew(world, offices) -> None:
    held = Grant.objects.get(centre_id=world.city.id, service__code=IDENTITY_CHECK)
    registry.revoke_grant(grant_id=held.id, reason="超范围使用", by=None)
    refused(world.city, offices, GrantEnded, Question(IDENTITY_CHECK, PERSON))
    with pytest.raises(NotFound):
        registry.revoke_grant(grant_id=held.id, reason="again", by=None)
    grant(world.city, IDENTITY_CHECK, "result")
    with enter(world.city):
        assert ask(Question(IDENTITY_CHECK, PERSON)).state == "ANSWERED"


def test_a_departments_grant_is_not_its_neighbours_in_the_same_hall(world, offices) -> None:
    grant(world.county, IDENTITY_CHECK, "result", department_code="GA")
    refused(world.county, offices, NotGranted, Question(IDENTITY_CHECK, PERSON, department_code="SC"))
    with enter(world.county):
        assert ask(Question(IDENTITY_CHECK, PERSON, department_code="GA")).state == "ANSWERED"


@pytest.mark.parametrize(
    "parameters",
    [{}, {"name": NAME}, {**PERSON, "phone": "1"}, {"name": NAME, "id_number": "12"}, {"name": 3, "id_number": NUMBER}],
)
def test_parameters_are_checked_before_they_leave(world, offices, parameters) -> None:
    logged = refused(world.city, offices, ParametersInvalid, Question(IDENTITY_CHECK, parameters))
    assert NUMBER not in logged.reason_zh


def test_an_unknown_and_a_retired_service(world, offices) -> None:
    unknown = refused(world.city, offices, ServiceUnknown, Question("mps.nothing", {}))
    registry.retire_service(IDENTITY_CHECK)
    retired = refused(world.city, offices, ServiceUnknown, Question(IDENTITY_CHECK, PERSON))
    assert [logged.service_code for logged in (unknown, retired)] == ["mps.nothing", IDENTITY_CHECK]


def test_a_grants_calls_of_a_minute_are_counted(world, offices) -> None:
    grant(world.county, IDENTITY_CHECK, "result", calls_per_minute=2)
    with enter(world.county), offices.at(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        for name in ("甲", "乙"):
            ask(Question(IDENTITY_CHECK, {"name": name, "id_number": NUMBER}))
        with pytest.raises(TooManyCalls):
            ask(Question(IDENTITY_CHECK, {"name": "丙", "id_number": NUMBER}))
    with enter(world.county), offices.at(datetime(2026, 3, 2, 2, 2, tzinfo=UTC)):
        assert ask(Question(IDENTITY_CHECK, {"name": "丙", "id_number": NUMBER})).verdict == "MISMATCH"
    assert len(offices.questions) == 3


def test_grants_are_checked_when_they_are_opened(world, offices) -> None:
    with pytest.raises(InvalidInput):
        grant(world.county, IDENTITY_CHECK, "income")
    with pytest.raises(InvalidInput):
        grant(world.county, IDENTITY_CHECK)
    with pytest.raises(InvalidInput):
        grant(world.county, IDENTITY_CHECK, "result", valid_until=date(2014, 1, 1))
    with pytest.raises(InvalidInput):
        grant(world.county, IDENTITY_CHECK, "result", legal_basis=" ")
    with pytest.raises(Conflict):
        grant(world.city, IDENTITY_CHECK, "result")
    assert not Grant.objects.filter(centre_id=world.county.id).exists()


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("adapter", "FTP"),
        ("parameters_schema", {"type": "object", "properties": {}}),
        ("answer_schema", {"type": "object", "properties": {"a": {"$ref": "https://example.org/x"}}}),
        ("answer_schema", {"type": "object", "properties": {"a": {"items": [{"$dynamicRef": "#x"}]}}}),
        ("answer_schema", {"type": 7}),
        ("subject_parameter", "nobody"),
        ("verdict_field", "nothing"),
        ("fields", [{"name": "result"}]),
    ],
)
def test_a_service_is_checked_when_it_is_registered(world, offices, part, value) -> None:
    with pytest.raises(ServiceInvalid) as error:
        offices.register(IDENTITY_CHECK, **{part: value})
    assert error.value.field == part


def test_whom_an_answer_is_about_must_be_asked_for(world, offices) -> None:
    """Otherwise a question without it could not be looked up among delivered records."""
    optional = {"type": "object", "additionalProperties": False, "properties": {"id_number": {"type": "string"}}}
    with pytest.raises(ServiceInvalid) as error:
        offices.register(IDENTITY_CHECK, parameters_schema=optional)
    assert error.value.field == "subject_parameter"


def test_a_centre_reads_its_own_grants_only(world, offices) -> None:
    with enter(world.city):
        assert {held.centre_code for held in registry.own_grants()} == {"340100"}
    with enter(world.county):
        assert registry.own_grants() == []
    assert len(registry.all_grants()) == 2
