"""Batches: each case with its result in one transaction, resumed after a crash, tried again, undone."""

from __future__ import annotations

import pytest
from browsers import Browsers, workbench
from django.db import DatabaseError, IntegrityError, connection, transaction

from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord, Deed
from zt_platform.cases.commands import batch_runs, claim_case
from zt_platform.cases.commands.batch_runs import Marked, start_batch, work_off
from zt_platform.cases.models import Case
from zt_platform.cases.testing import Town, at
from zt_platform.organisation.models import StaffMember
from zt_tenants.clock import today
from zt_tenants.context import enter
from zt_tenants.errors import NotFound, NotPermitted
from zt_tenants.models import Timer
from zt_tenants.timers import run_due


def _posted(town: Town) -> Actor:
    clerk = town.city.clerk
    with enter(town.city.centre):
        StaffMember.objects.create(
            account_id=clerk.account_id, full_name=clerk.name, roles=["WINDOW_CLERK"], posted_on=today()
        )
    return clerk


def _marked(cases: list[Case]) -> list[Marked]:
    return [Marked(case.pk, case.lock_version, case.tracking_number or "") for case in cases]


def test_a_long_batch_goes_on_where_it_stopped_and_does_nothing_twice(town: Town) -> None:
    cases = [town.city.submitted(town.zhang) for _ in range(5)]
    clerk = _posted(town)
    with enter(town.city.centre):
        batch = start_batch(actor=clerk, slug="accept", marked=_marked(cases), arguments={})
        assert work_off(batch.pk, most=2) == 2
        assert [town.city.fresh(case).status for case in cases].count("ACCEPTED") == 2
        assert work_off(batch.pk) == 3
        assert work_off(batch.pk) == 0
        assert {town.city.fresh(case).status for case in cases} == {"ACCEPTED"}
        results = AuditRecord.objects.filter(part_of=batch.pk)
        assert [one.data["done"] for one in results] == [True] * 5
        with pytest.raises(IntegrityError), transaction.atomic():
            AuditRecord.objects.create(at=batch.at, deed=Deed.BATCH_LINE, part_of=batch.pk, case_id=cases[0].pk)


def test_a_crash_between_deed_and_result_undoes_both(town: Town, monkeypatch) -> None:
    cases = [town.city.submitted(town.zhang) for _ in range(2)]
    clerk = _posted(town)
    written = batch_runs.record

    def fail(deed: Deed, **given) -> AuditRecord:
        if deed == Deed.BATCH_LINE:
            raise ZeroDivisionError
        return written(deed, **given)

    with enter(town.city.centre):
        batch = start_batch(actor=clerk, slug="accept", marked=_marked(cases), arguments={})
        monkeypatch.setattr(batch_runs, "record", fail)
        with pytest.raises(ZeroDivisionError):
            work_off(batch.pk)
        assert town.city.fresh(cases[0]).status == "SUBMITTED"
        monkeypatch.setattr(batch_runs, "record", written)
        assert work_off(batch.pk) == 2
        assert town.city.fresh(cases[0]).status == "ACCEPTED"


def test_the_timer_rings_until_the_batch_is_done(committed_town: Town, monkeypatch) -> None:
    town = committed_town
    cases = [town.city.submitted(town.zhang) for _ in range(2)]
    clerk = _posted(town)
    rung: list[int] = []
    monkeypatch.setattr(batch_runs, "ring", rung.append)
    with enter(town.city.centre):
        batch = start_batch(actor=clerk, slug="accept", marked=_marked(cases), arguments={})
    subject = f"batch:{batch.pk}"
    with at("2026-03-02T09:32"):
        run_due()
    assert rung == [batch.pk]
    assert Timer.objects.filter(subject=subject).count() == 1
    with enter(town.city.centre):
        assert work_off(batch.pk) == 2
    with at("2026-03-02T09:35"):
        run_due()
    assert rung == [batch.pk]
    assert not Timer.objects.filter(subject=subject).exists()


def test_the_rights_are_those_of_the_moment(town: Town) -> None:
    cases = [town.city.submitted(town.zhang) for _ in range(2)]
    clerk = _posted(town)
    with enter(town.city.centre):
        batch = start_batch(actor=clerk, slug="accept", marked=_marked(cases), arguments={})
        assert work_off(batch.pk, most=1) == 1
        StaffMember.objects.filter(account_id=clerk.account_id).update(active=False)
        assert work_off(batch.pk) == 1
        assert [town.city.fresh(case).status for case in cases] == ["ACCEPTED", "SUBMITTED"]
        assert AuditRecord.objects.get(part_of=batch.pk, case_id=cases[1].pk).data["code"] == "NOT_PERMITTED"
        with pytest.raises(NotFound):
            start_batch(actor=clerk, slug="refuse", marked=_marked(cases), arguments={})
        for outsider in (town.zhang, town.neighbour.clerk):
            before = AuditRecord.objects.count()
            with pytest.raises(NotPermitted):
                start_batch(actor=outsider, slug="accept", marked=_marked(cases), arguments={})
            assert AuditRecord.objects.count() == before


def test_refused_ones_are_tried_again_and_claims_are_undone(town: Town, browsers: Browsers) -> None:
    cases = [town.city.submitted(town.zhang) for _ in range(3)]
    with enter(town.city.centre):
        claim_case(actor=town.city.reviewer, case_id=cases[2].pk)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    marks = {"case": [case.pk for case in cases], "confirmed": "yes"}
    done = browser.post(workbench(town, "marked/claim/"), marks, follow=True)
    assert (done.context["progress"].done, done.context["progress"].refused) == (2, 1)
    assert "本件已由王建国认领" in done.content.decode()
    run = done.redirect_chain[-1][0]
    again = browser.post(f"{run}again/", follow=True)
    assert (again.context["progress"].done, again.context["progress"].refused) == (0, 1)
    undone = browser.post(f"{run}undo/", follow=True)
    assert undone.context["progress"].done == 2
    assert [town.city.fresh(case).holder_name for case in cases] == ["", "", "王建国"]
    assert "撤销</button>" not in undone.content.decode()


def test_what_somebody_changed_since_is_not_undone(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    colleague = _posted(town)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    marks = {"case": [case.pk], "confirmed": "yes"}
    run = browser.post(workbench(town, "marked/claim/"), marks, follow=True).redirect_chain[-1][0]
    browser.post(workbench(town, f"{case.pk}/assign/"), {"to_account_id": str(colleague.account_id)})
    undone = browser.post(f"{run}undo/", follow=True)
    assert undone.context["progress"].refused == 1
    assert town.city.fresh(case).holder_name == "王建国"


def test_marked_cases_are_handed_over_together(town: Town, browsers: Browsers) -> None:
    cases = [town.city.submitted(town.zhang) for _ in range(2)]
    colleague = _posted(town)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    marks = {"case": [case.pk for case in cases]}
    assert "王建国" in browser.post(workbench(town, "marked/assign/"), marks).content.decode()
    assert browser.post(workbench(town, "marked/assign/"), {**marks, "confirmed": "yes"}).status_code == 422
    given = {**marks, "confirmed": "yes", "to_account_id": str(colleague.account_id)}
    assert browser.post(workbench(town, "marked/assign/"), given, follow=True).context["progress"].done == 2
    assert {town.city.fresh(case).holder_name for case in cases} == {"王建国"}


def test_more_than_a_handful_is_left_to_the_workers(town: Town, browsers: Browsers, monkeypatch) -> None:
    monkeypatch.setattr(batch_runs, "AT_ONCE_IN_A_REQUEST", 1)
    rung: list[int] = []
    monkeypatch.setattr(batch_runs, "ring", rung.append)
    cases = [town.city.submitted(town.zhang) for _ in range(3)]
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    marks = {"case": [case.pk for case in cases], "confirmed": "yes"}
    page = browser.post(workbench(town, "marked/claim/"), marks, follow=True)
    assert page.context["progress"].waiting == 2
    assert "hx-get" in page.content.decode()
    (batch_id,) = rung
    with enter(town.city.centre):
        work_off(batch_id)
    news = browser.get(page.redirect_chain[-1][0], headers={"HX-Request": "true"})
    assert news.context["progress"].done == 3
    assert "hx-get" not in news.content.decode()
    assert "<html" not in news.content.decode()


def test_a_batch_is_its_clerks_own_business(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    marks = {"case": [case.pk], "confirmed": "yes"}
    mine = browsers.staff(town.city, "WINDOW_CLERK").post(workbench(town, "marked/claim/"), marks, follow=True)
    run = mine.redirect_chain[-1][0]
    before = town.city.snapshot()
    for other in (browsers.staff(town.city, "REVIEWER"), browsers.staff(town.neighbour, "WINDOW_CLERK")):
        assert other.get(run).status_code in (403, 404)
        assert other.post(f"{run}undo/").status_code in (403, 404)
    assert browsers.nobody().get(run).status_code == 302
    own = run.replace(town.city.centre.code, town.neighbour.centre.code)
    assert browsers.staff(town.neighbour, "WINDOW_CLERK").get(own).status_code == 404
    assert town.city.snapshot() == before


@pytest.mark.req("E-20")
def test_nobody_changes_the_record(town: Town) -> None:
    case = town.city.submitted(town.zhang)
    clerk = _posted(town)
    with enter(town.city.centre):
        batch = start_batch(actor=clerk, slug="claim", marked=_marked([case]), arguments={})
        for statement in ("UPDATE audit_auditrecord SET actor_name = ''", "DELETE FROM audit_auditrecord"):
            with (
                pytest.raises(DatabaseError, match=r"append-only|permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
        assert AuditRecord.objects.get().pk == batch.pk
