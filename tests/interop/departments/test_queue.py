"""A service that is away: the circuit opens, calls wait, and each is made once when it is back. And the cache."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from zt_interop.breaker import Breaker
from zt_interop.canonical import sha256_hex
from zt_interop.departments import calls, registry
from zt_interop.departments.calls import Question, ask, breaker_of, drain
from zt_interop.departments.errors import QueueFull
from zt_interop.departments.models import DataService, DueCall, Grant
from zt_interop.departments.testing import COMPANY_CHECK, IDENTITY_CHECK, NAME, NUMBER, USCC, grant, offices_in
from zt_interop.keys.commands import revoke_key
from zt_interop.keys.signing import signer_for
from zt_interop.log.models import DataCall
from zt_tenants.clock import at
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-02", "Y-03")
PERSON = {"name": NAME, "id_number": NUMBER}
MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)


def person(number: int) -> dict[str, str]:
    return {"name": f"甲{number}", "id_number": NUMBER}


def test_the_circuit_opens_and_further_calls_do_not_wait_for_the_service(world, offices) -> None:
    offices.status = 503
    with offices.at(MORNING), enter(world.city):
        for number in range(6):
            assert ask(Question(IDENTITY_CHECK, person(number))).state == "QUEUED"
        assert ask(Question(COMPANY_CHECK, {"uscc": USCC})).state == "QUEUED"
    assert len(offices.questions) == 3 + 1  # three tries opened the one circuit; the other service's is its own
    with at(MORNING):
        assert breaker_of(DataService.objects.get(code=IDENTITY_CHECK)).open_until() == MORNING + timedelta(seconds=30)


def test_the_queue_drains_once_when_the_service_is_back(world, offices) -> None:
    offices.status = 503
    with offices.at(MORNING), enter(world.city):
        waiting = [ask(Question(IDENTITY_CHECK, person(number))).pk for number in range(5)]
    offices.status, asked = 200, len(offices.questions)
    with offices.at(MORNING + timedelta(minutes=5)):
        drain()
    assert len(offices.questions) - asked == 5
    with offices.at(MORNING + timedelta(minutes=10)):
        drain()
    assert len(offices.questions) - asked == 5
    with enter(world.city):
        answered = DataCall.objects.filter(pk__in=waiting)
        assert set(answered.values_list("state", "verdict")) == {("ANSWERED", "MISMATCH")}
    assert not DueCall.objects.filter(waiting=True).exists()


def test_while_the_service_is_away_one_trial_is_made_per_rest(world, offices) -> None:
    offices.status = 503
    with offices.at(MORNING), enter(world.city):
        for number in range(5):
            ask(Question(IDENTITY_CHECK, person(number)))
    asked = len(offices.questions)
    with offices.at(MORNING + timedelta(minutes=2)):
        drain()
    assert len(offices.questions) - asked == 1
    assert DueCall.objects.filter(waiting=True).count() == 5


def test_a_call_is_given_up_after_its_time_and_says_so(world, offices) -> None:
    offices.status = 503
    with offices.at(MORNING), enter(world.city):
        call = ask(Question(IDENTITY_CHECK, PERSON))
    with offices.at(MORNING + timedelta(hours=73)):
        drain()
    with enter(world.city):
        stored = DataCall.objects.get(pk=call.pk)
    assert (stored.state, stored.reason_code, stored.attempts) == ("FAILED", "NO_ANSWER_IN_TIME", 2)
    assert not DueCall.objects.exists()


@pytest.mark.req("Y-11")
@pytest.mark.parametrize("end", ["grant revoked", "grant over", "service retired"])
def test_a_call_that_waits_is_not_made_when_the_right_to_it_has_ended(world, offices, end) -> None:
    offices.status = 503
    with offices.at(MORNING), enter(world.city):
        call = ask(Question(IDENTITY_CHECK, PERSON))
        other = ask(Question(COMPANY_CHECK, {"uscc": USCC}))
    offices.status, asked = 200, len(offices.questions)
    held = Grant.objects.filter(centre_id=world.city.id, service__code=IDENTITY_CHECK)
    if end == "grant revoked":
        registry.revoke_grant(grant_id=held.get().id, reason="超范围使用", by=None)
    elif end == "grant over":
        held.update(valid_until=MORNING.date() - timedelta(days=1))
    else:
        registry.retire_service(IDENTITY_CHECK)

    with offices.at(MORNING + timedelta(minutes=5)):
        drain()

    with enter(world.city):
        stored = DataCall.objects.get(pk=call.pk)
        assert DataCall.objects.get(pk=other.pk).state == "ANSWERED"
    assert stored.state == "REFUSED"
    assert stored.reason_code == ("SERVICE_UNKNOWN" if end == "service retired" else "SERVICE_GRANT_ENDED")
    assert (stored.answer, stored.answer_wire) == (None, None)
    assert len(offices.questions) - asked == 1, "only the call that may still be made"
    assert not DueCall.objects.filter(call_id=call.pk).exists()


def test_a_centre_that_cannot_sign_waits_and_holds_up_nobody(world, offices) -> None:
    grant(world.county, IDENTITY_CHECK, "result")
    offices.status = 503
    asked = {}
    with offices.at(MORNING):
        for centre in (world.city, world.county):
            with enter(centre):
                asked[centre.code] = ask(Question(IDENTITY_CHECK, PERSON)).pk
    offices.status = 200
    revoke_key(signer_for(world.city, at=MORNING).kid, reason="遗失")

    with offices.at(MORNING + timedelta(minutes=5)):
        drain()

    with enter(world.city):
        own = DataCall.objects.get(pk=asked["340100"])
        assert (own.state, own.reason_code) == ("QUEUED", "NO_SIGNING_KEY")
    with enter(world.county):
        assert DataCall.objects.get(pk=asked["340123"]).state == "ANSWERED"
    assert breaker_of(DataService.objects.get(code=IDENTITY_CHECK)).failures() == 0


def test_who_could_not_ask_leaves_the_trial_to_the_next() -> None:
    circuit = Breaker("untried", threshold=1, rest=timedelta(seconds=10))
    with at(MORNING):
        circuit.failed()
    with at(MORNING + timedelta(seconds=11)):
        assert [circuit.may_call(), circuit.may_call()] == [True, False]
        circuit.not_tried()
        assert (circuit.may_call(), circuit.failures()) == (True, 1)


def test_the_queue_of_a_centre_is_bounded(world, offices) -> None:
    DataService.objects.filter(code=IDENTITY_CHECK).update(queue_limit=4)
    grant(world.county, IDENTITY_CHECK, "result")
    offices.status = 503
    with offices.at(MORNING):
        with enter(world.city):
            for number in range(4):
                ask(Question(IDENTITY_CHECK, person(number)))
            with pytest.raises(QueueFull):
                ask(Question(IDENTITY_CHECK, person(9)))
            assert DataCall.objects.first().reason_code == "QUEUE_FULL"
        with enter(world.county):  # the neighbour's queue is its own
            assert ask(Question(IDENTITY_CHECK, PERSON)).state == "QUEUED"


@pytest.mark.req("Y-11")
def test_an_answer_is_used_again_while_it_is_valid_and_every_look_is_logged(world, offices) -> None:
    DataService.objects.filter(code=IDENTITY_CHECK).update(valid_for=3600)
    with enter(world.city):
        with offices.at(MORNING):
            first = ask(Question(IDENTITY_CHECK, PERSON, asked_by="甲"))
        with offices.at(MORNING + timedelta(minutes=59)):
            second = ask(Question(IDENTITY_CHECK, PERSON, asked_by="乙"))
            assert ask(Question(IDENTITY_CHECK, PERSON, fresh=True)).cached_from is None
        with offices.at(MORNING + timedelta(hours=3)):
            assert ask(Question(IDENTITY_CHECK, PERSON)).cached_from is None
        assert DataCall.objects.count() == 4
    assert (second.cached_from, second.answer, second.answered_at) == (
        first.request_id,
        first.answer,
        first.answered_at,
    )
    assert len(offices.questions) == 3


def test_another_question_or_other_fields_are_not_answered_from_the_cache(world, offices) -> None:
    with enter(world.city):
        ask(Question(COMPANY_CHECK, {"uscc": USCC}))
        assert ask(Question(COMPANY_CHECK, {"uscc": USCC}, fields=["status"])).cached_from is None
        assert ask(Question(COMPANY_CHECK, {"uscc": "91340100MA2T00006X"})).cached_from is None


@pytest.mark.req("A-01")
def test_centres_never_share_an_answer(world, offices) -> None:
    grant(world.county, IDENTITY_CHECK, "result")
    for centre in (world.city, world.county):
        with enter(centre):
            assert ask(Question(IDENTITY_CHECK, PERSON)).cached_from is None
            assert DataCall.objects.count() == 1
    assert len(offices.questions) == 2


def test_departments_of_one_centre_never_share_an_answer(world, offices) -> None:
    for department in ("GA", "SC"):
        grant(world.county, IDENTITY_CHECK, "result", department_code=department)
        with enter(world.county):
            assert ask(Question(IDENTITY_CHECK, PERSON, department_code=department)).cached_from is None


@pytest.mark.req("Y-11")
def test_answers_are_purged_when_their_time_is_over_and_the_log_stays(world, offices) -> None:
    with offices.at(MORNING), enter(world.city):
        call = ask(Question(IDENTITY_CHECK, PERSON, asked_by="王建国"))
    with at(MORNING + timedelta(days=29)):
        assert drain() == 0
    with at(MORNING + timedelta(days=31)):
        assert drain() == 1
        assert drain() == 0
    with enter(world.city):
        stored = DataCall.objects.get(pk=call.pk)
    assert (stored.answer, stored.verdict, stored.actor_name) == (None, "MATCH", "王建国")
    digest = sha256_hex(call.answer_wire.encode())
    assert stored.answer_wire == f"sha256:{digest}", "the signed answer holds the same data"


def test_a_breaker_gives_one_trial_and_rests_longer_each_time() -> None:
    circuit = Breaker("test", threshold=2, rest=timedelta(seconds=10), longest=timedelta(seconds=25))
    with at(MORNING):
        circuit.failed()
        assert circuit.may_call()
        circuit.failed()
        assert not circuit.may_call()
    with at(MORNING + timedelta(seconds=11)):
        assert [circuit.may_call() for _ in range(3)] == [True, False, False]
        circuit.failed()
        assert circuit.open_until() == MORNING + timedelta(seconds=11 + 20)
    with at(MORNING + timedelta(seconds=40)):
        assert circuit.may_call()
        circuit.failed()
        assert circuit.open_until() == MORNING + timedelta(seconds=40 + 25)
    with at(MORNING + timedelta(seconds=70)):
        assert circuit.may_call()
        circuit.succeeded()
        assert [circuit.may_call() for _ in range(3)] == [True, True, True]
    assert Breaker("other").may_call()


def test_many_workers_drain_each_call_once(committed_world, tmp_path) -> None:
    with offices_in(tmp_path) as offices:
        offices.register(IDENTITY_CHECK)
        grant(committed_world.city, IDENTITY_CHECK, "result")
        offices.status = 503
        with offices.at(MORNING), enter(committed_world.city):
            for number in range(12):
                ask(Question(IDENTITY_CHECK, person(number)))
        breaker_of(DataService.objects.get()).succeeded()
        offices.status, asked = 200, len(offices.questions)
        worked: list[int] = []

        def work() -> None:
            with at(MORNING + timedelta(minutes=5)):
                worked.append(calls.drain())
            connections.close_all()

        offices.moment = MORNING + timedelta(minutes=5)
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (sum(worked), len(offices.questions) - asked) == (12, 12)
        with enter(committed_world.city):
            assert set(DataCall.objects.values_list("state", flat=True)) == {"ANSWERED"}
