"""The log of a case cannot be rewritten, and state, log and messages are one transaction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from zt_interop.queue.models import OutboxMessage
from zt_platform.cases import commands
from zt_platform.cases.errors import TransitionNotAllowed
from zt_platform.cases.models import CaseEvent
from zt_platform.cases.testing import MONDAY, OWN
from zt_platform.cases.vocabulary import Status
from zt_platform.index.models import ApplicantCaseEntry
from zt_tenants import clock
from zt_tenants.context import enter, operating


@pytest.mark.req("R-02", "E-20")
def test_the_database_refuses_to_change_or_delete_a_line(town) -> None:
    case = town.city.submitted(town.zhang)
    before = town.city.snapshot()
    for centre in (town.city.centre, town.county.centre):
        with enter(centre), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'cases_caseevent'::regclass AND NOT tgisinternal"
            )
            assert cursor.fetchone()[0] == 1
    with enter(town.city.centre):
        lines = CaseEvent.objects.filter(case=case)
        for change in (
            lambda: lines.update(note="改写"),
            lambda: lines.delete(),
            lambda: lines.first().delete(),
        ):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                change()
            # The trigger is the second lock: it holds even for the owner of the database.
            with pytest.raises(DatabaseError, match="append-only"), operating(), transaction.atomic():
                change()
    assert town.city.snapshot() == before


@pytest.mark.req("E-05", "E-20")
def test_every_line_says_who_when_where_and_in_which_role(town) -> None:
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    with enter(town.city.centre):
        submitted, accepted = CaseEvent.objects.filter(case=case).order_by("id")[1:]
    assert (submitted.actor_kind, submitted.actor_role, submitted.actor_name) == ("APPLICANT", "APPLICANT", "张**")
    assert submitted.actor_account_id == town.zhang.account_id
    assert (accepted.actor_role, accepted.actor_name) == ("WINDOW_CLERK", "王建国")
    assert (accepted.from_status, accepted.to_status, accepted.action) == ("SUBMITTED", "ACCEPTED", "ACCEPT")
    assert accepted.occurred_at == accepted.recorded_at == clock.now()
    assert accepted.centre_code == "340100"


def test_a_rollback_leaves_neither_state_nor_line_nor_message(committed_town) -> None:
    town = committed_town
    case = town.city.submitted(town.zhang, OWN)
    before, messages = town.city.snapshot(), OutboxMessage.objects.count()
    with enter(town.city.centre), pytest.raises(ZeroDivisionError), transaction.atomic():
        commands.accept_application(actor=town.city.clerk, case_id=case.pk)
        raise ZeroDivisionError
    assert town.city.snapshot() == before
    assert OutboxMessage.objects.count() == messages
    assert ApplicantCaseEntry.objects.get().status == Status.SUBMITTED


def test_of_two_clerks_at_the_same_moment_one_accepts(committed_town) -> None:
    town = committed_town
    case = town.city.submitted(town.zhang, OWN)

    def accept(_: int) -> bool:
        try:
            with clock.at(MONDAY):
                town.city.accept(case)
            return True
        except TransitionNotAllowed:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(accept, range(4))) == [False, False, False, True]
    with enter(town.city.centre):
        assert CaseEvent.objects.filter(case=case, step="ACCEPTED").count() == 1
    assert OutboxMessage.objects.filter(subject=case.tracking_number, type="supervision.event.v1").count() == 2


@pytest.mark.req("E-10")
def test_concurrent_submissions_get_distinct_numbers(committed_town) -> None:
    town = committed_town
    drafts = [town.city.draft(town.zhang) for _ in range(6)]

    def submit(case) -> str:
        try:
            with clock.at(MONDAY), enter(town.city.centre):
                return commands.submit_application(actor=town.zhang, case_id=case.pk).tracking_number
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        given = list(pool.map(submit, drafts))
    assert sorted(number[-6:-1] for number in given) == [f"{n:05d}" for n in range(1, 7)]


def test_what_identifies_an_applicant_is_sealed_in_the_database(town) -> None:
    town.city.submitted(town.zhang)
    with enter(town.city.centre), connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_to_json(c)::text FROM cases_case c UNION ALL SELECT row_to_json(e)::text FROM cases_caseevent e"
        )
        rows = "".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT applicant, form FROM cases_case")
        sealed = b"".join(bytes(value) for row in cursor.fetchall() for value in row)
    for secret in ("张三丰", "340123199003071237", "13855512345", "桃花镇1号"):
        assert secret not in rows
        assert secret.encode() not in sealed
