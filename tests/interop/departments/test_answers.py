"""Questions and answers that were forged, altered, replayed, are too large, too slow or outside their schema."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from zt_interop import signed
from zt_interop.canonical import canonical_bytes, parse_strict
from zt_interop.departments import calls, exchange
from zt_interop.departments.calls import Question, ask
from zt_interop.departments.errors import EndpointRefused
from zt_interop.departments.http_json import check_origin, origin_of
from zt_interop.departments.models import DataService, DueCall
from zt_interop.departments.testing import COMPANY_CHECK, IDENTITY_CHECK, NAME, NUMBER, USCC, grant
from zt_interop.errors import MessageRefused
from zt_interop.keys.signing import StoredSigner, signer_for
from zt_interop.log.models import DataCall
from zt_interop.suites import suite
from zt_tenants.clock import at, now
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-02", "Y-11")
PERSON = {"name": NAME, "id_number": NUMBER}


def waiting(world, offices, tamper=None) -> DataCall:
    """Ask while the answer is tampered with: the call waits, nothing of the answer is taken."""
    offices.tamper = tamper
    with enter(world.city):
        call = ask(Question(IDENTITY_CHECK, PERSON))
        stored = DataCall.objects.get(pk=call.pk)
    assert (stored.state, stored.verdict, stored.answer, stored.answer_wire) == ("QUEUED", "", None, None)
    assert DueCall.objects.get(call_id=call.pk).waiting
    return stored


def resigned(offices, **changes):
    """A tamper that changes the answer's members and signs it afresh with the department's own key."""

    def tamper(answer: bytes) -> bytes:
        jws = signed.parse(answer, typ=exchange.RESPONSE_TYPE)
        payload = canonical_bytes({**parse_strict(jws.payload), **changes})
        return signed.sign(
            payload, typ=exchange.RESPONSE_TYPE, signer=offices.signer, destination=jws.header.dst, at=now()
        )

    return tamper


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_changed_character_is_noticed(world, offices, place) -> None:
    def tamper(answer: bytes) -> bytes:
        parts = answer.split(b".")
        middle = len(parts[place]) // 2
        changed = b"A" if parts[place][middle : middle + 1] != b"A" else b"B"
        parts[place] = parts[place][:middle] + changed + parts[place][middle + 1 :]
        return b".".join(parts)

    assert waiting(world, offices, tamper).reason_code == "ANSWER_REFUSED"


def test_an_answer_by_another_key_is_refused_even_under_the_same_name(world, offices) -> None:
    pair = suite("EdDSA").generate()
    thief = StoredSigner(offices.signer.kid, "EdDSA", pair.private_key)

    def tamper(answer: bytes) -> bytes:
        payload = signed.parse(answer, typ=exchange.RESPONSE_TYPE).payload
        return signed.sign(payload, typ=exchange.RESPONSE_TYPE, signer=thief, destination="340100", at=now())

    assert "SIGNATURE_INVALID" in waiting(world, offices, tamper).reason_en


def test_a_centres_key_cannot_answer_for_the_department(world, offices) -> None:
    signer = signer_for(world.city, at=now())

    def tamper(answer: bytes) -> bytes:
        payload = signed.parse(answer, typ=exchange.RESPONSE_TYPE).payload
        return signed.sign(payload, typ=exchange.RESPONSE_TYPE, signer=signer, destination="340100", at=now())

    assert "WRONG_SOURCE" in waiting(world, offices, tamper).reason_en


def test_an_answer_to_another_question_is_no_answer(world, offices) -> None:
    kept: list[bytes] = []
    offices.tamper = lambda answer: kept.append(answer) or answer
    with enter(world.city):
        assert ask(Question(IDENTITY_CHECK, PERSON)).verdict == "MATCH"
        offices.tamper = lambda answer: kept[0]
        replayed = ask(Question(IDENTITY_CHECK, {"name": "李四", "id_number": NUMBER}))
    assert (replayed.state, replayed.verdict) == ("QUEUED", "")
    assert "request_id" in replayed.reason_en


def test_an_answer_with_the_id_but_for_other_words_is_no_answer(world, offices) -> None:
    assert "request_digest" in waiting(world, offices, resigned(offices, request_digest="0" * 64)).reason_en


def test_an_answer_for_another_centre_is_no_answer(world, offices) -> None:
    def tamper(answer: bytes) -> bytes:
        payload = signed.parse(answer, typ=exchange.RESPONSE_TYPE).payload
        return signed.sign(payload, typ=exchange.RESPONSE_TYPE, signer=offices.signer, destination="340123", at=now())

    assert "MISADDRESSED" in waiting(world, offices, tamper).reason_en


@pytest.mark.parametrize(
    "changes",
    [
        {"result": {"result": "PERHAPS"}},
        {"result": {}},
        {"result": None},
        {"result": {"result": "MATCH", "address": 7}},
        {"status": "MAYBE"},
        {"answered_at": "2026-13-45T00:00:00Z"},
        {"answered_at": "2999-01-01T00:00:00Z"},
    ],
)
def test_an_answer_outside_its_schema_is_refused(world, offices, changes) -> None:
    stored = waiting(world, offices, resigned(offices, **changes))
    assert stored.reason_code == "ANSWER_REFUSED"
    assert NUMBER not in stored.reason_en


def test_an_expired_signature_is_refused(world, offices) -> None:
    def tamper(answer: bytes) -> bytes:
        payload = signed.parse(answer, typ=exchange.RESPONSE_TYPE).payload
        old = now() - timedelta(hours=2)
        return signed.sign(payload, typ=exchange.RESPONSE_TYPE, signer=offices.signer, destination="340100", at=old)

    assert "SIGNATURE_EXPIRED" in waiting(world, offices, tamper).reason_en


def test_an_oversized_answer_is_not_read_to_its_end(world, offices) -> None:
    stored = waiting(world, offices, lambda answer: b"a" * (exchange.MOST_BYTES + 1))
    assert (stored.reason_code, str(exchange.MOST_BYTES) in stored.reason_en) == ("SERVICE_AWAY", True)


@pytest.mark.parametrize("status", [302, 404, 500, 503])
def test_other_statuses_are_no_answer_and_redirects_are_not_followed(world, offices, status) -> None:
    offices.status = status
    assert f"HTTP {status}" in waiting(world, offices).reason_en
    assert len(offices.questions) == 1


def test_a_slow_service_is_left_after_its_time(world, offices) -> None:
    DataService.objects.filter(code=IDENTITY_CHECK).update(timeout_ms=100)
    offices.delay = 0.5
    assert "ReadTimeoutError" in waiting(world, offices).reason_en


@pytest.mark.parametrize("part", ["drip", "drip_header"])
def test_a_dripping_answer_is_left_after_its_time(world, offices, part) -> None:
    """Each byte comes in time, the whole would not."""
    DataService.objects.filter(code=IDENTITY_CHECK).update(timeout_ms=200)
    setattr(offices, part, True)
    assert "ReadTimeoutError" in waiting(world, offices).reason_en
    assert 0 < offices.dripped < 100, "left long before its end"


def test_the_departments_own_refusal_is_told_and_not_remembered(world, offices) -> None:
    offices.department.services = {}
    with enter(world.city):
        call = ask(Question(IDENTITY_CHECK, PERSON))
        assert (call.state, call.status, call.answer) == ("ANSWERED", "REFUSED", {})
        again = ask(Question(IDENTITY_CHECK, PERSON))
    assert again.cached_from is None
    assert len(offices.questions) == 2


def test_the_department_refuses_forged_and_misused_questions(world, offices) -> None:
    with enter(world.city):
        ask(Question(IDENTITY_CHECK, PERSON))
    wire = offices.questions[0]
    altered = wire[:-10] + (b"A" if wire[-10:-9] != b"A" else b"B") + wire[-9:]
    with pytest.raises(MessageRefused):
        offices.answer(altered)
    payload = signed.parse(wire, typ=exchange.REQUEST_TYPE).payload
    county = signer_for(world.county, at=now())
    for destination, signer in (
        (f"service:{COMPANY_CHECK}", signer_for(world.city, at=now())),  # signed for another service
        (f"service:{IDENTITY_CHECK}", county),  # the county in the city's name
    ):
        forged = signed.sign(payload, typ=exchange.REQUEST_TYPE, signer=signer, destination=destination, at=now())
        with pytest.raises(MessageRefused):
            offices.answer(forged)
    with at(now() + timedelta(hours=1)), pytest.raises(MessageRefused):
        offices.answer(wire)  # a recorded question, played again later
    refusals = (offices.folder / "log.jsonl").read_text().splitlines()[1:]
    assert len(refusals) == 4
    assert all('"refused"' in line and NUMBER not in line for line in refusals)


def test_every_question_the_department_answered_stands_in_its_log(world, offices) -> None:
    with enter(world.city):
        call = ask(Question(COMPANY_CHECK, {"uscc": USCC}))
    [line] = [parse_strict(line) for line in (offices.folder / "log.jsonl").read_bytes().splitlines()]
    assert (line["request"]["request_id"], line["request"]["consumer"]) == (str(call.request_id), "340100")


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://ga.example/x?y", "https://ga.example:443"),
        ("http://[::1]:80/x", "http://[::1]:80"),
        ("https://user:secret@ga.example/", ""),
        ("https://ga.example:99999/", ""),
        ("nothing", ""),
    ],
)
def test_the_origin_of_an_address(endpoint, origin) -> None:
    assert origin_of(endpoint) == origin


@override_settings(ZT_DEPARTMENT_ORIGINS=["https://ga.example", "http://169.254.169.254"])
@pytest.mark.parametrize(
    "endpoint",
    [
        "https://ga.example.evil.org/",
        "https://ga.example:8443/",
        "http://ga.example/",
        "https://ga.example@evil.org/",
        "https://evil.org/?https://ga.example",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:5432/",
        "file:///etc/passwd",
        "https://[",
        "",
    ],
)
def test_only_allowed_origins_are_called(endpoint) -> None:
    with pytest.raises(EndpointRefused):
        check_origin(endpoint)


@override_settings(ZT_DEPARTMENT_ORIGINS=["https://ga.example"])
def test_an_allowed_origin_may_be_called() -> None:
    called, refused = "https://ga.example/any/path", "https://sc.example/any/path"
    assert check_origin(called) is None
    with pytest.raises(EndpointRefused) as error:
        check_origin(refused)
    assert error.value.data["origin"] == "https://sc.example:443"


def test_an_address_taken_off_the_list_is_not_called_any_more(world, offices) -> None:
    with override_settings(ZT_DEPARTMENT_ORIGINS=[]):
        assert waiting(world, offices).reason_code == "ENDPOINT_REFUSED"
    assert offices.questions == []


def test_a_call_that_crashed_half_way_is_found_by_the_worker(world, offices) -> None:
    """The question was written down before it was asked; what kills the process in between loses nothing."""
    moment = datetime(2026, 3, 2, 2, tzinfo=UTC)

    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    with offices.at(moment), enter(world.city), pytest.MonkeyPatch.context() as patch:
        patch.setattr(calls.adapters, "answer", die)
        with pytest.raises(KeyboardInterrupt):
            ask(Question(IDENTITY_CHECK, PERSON))
    with offices.at(moment + timedelta(minutes=2)):
        assert calls.drain() == 1
    with enter(world.city):
        assert DataCall.objects.get().verdict == "MATCH"


def test_what_was_not_asked_for_cannot_be_required_of_the_answer(world, offices) -> None:
    grant(world.county, IDENTITY_CHECK, "address")
    with enter(world.county):
        call = ask(Question(IDENTITY_CHECK, PERSON))
    assert (call.state, call.answer) == ("ANSWERED", {"address": "安徽省肥西县桃花镇1号"})
