"""A draft that was thrown away is gone from sight at once, can be taken back for a week, and then nothing of it is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from browsers import Browsers

from zt_platform.cases import commands, queries
from zt_platform.cases.duties import DISCARDED_KEPT_FOR
from zt_platform.cases.errors import CaseNotFound, NotADraft
from zt_platform.cases.meanwhile import CaseChanged
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.testing import OWN, PDF, ZHANG, Town
from zt_platform.index.models import ApplicantCaseEntry
from zt_platform.index.queries import waiting_for
from zt_storage import objects
from zt_storage.models import Attachment
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.timers import run_due

pytestmark = pytest.mark.req("L-01", "L-06")


def _draft(town: Town, browsers: Browsers) -> Case:
    me = browsers.actor("applicant")
    with enter(town.city.centre):
        case = commands.start_application(
            actor=me, item_code=OWN, applicant=ZHANG, form={"place": "桃花镇"}, client_key="click"
        )
    town.city.attach(me, case, "id")
    return town.city.fresh(case)


def _page(town: Town, case: Case) -> str:
    return f"/c/{town.city.centre.code}/drafts/{case.pk}/discard/"


def _after(hours: int) -> at:
    """So many hours after the week."""
    return at(now() + DISCARDED_KEPT_FOR + timedelta(hours=hours))


def test_from_my_cases_away_and_back_as_it_was(town: Town, browsers: Browsers) -> None:
    case, browser = _draft(town, browsers), browsers.applicant()
    assert f"drafts/{case.pk}/discard/" in browser.get("/my-cases/").content.decode()
    asked = browser.get(_page(town, case)).content.decode()
    assert ("1项" in asked, "1份" in asked) == (True, True)

    assert browser.post(_page(town, case), {"act": "discard", "lock_version": case.lock_version}).status_code == 302

    listed = browser.get("/my-cases/").content.decode()
    assert ("没填完的草稿" in listed, "已删除的草稿" in listed) == (False, True)
    form = f"/c/{town.city.centre.code}/drafts/{case.pk}/form/"
    assert browser.get(form).status_code == 404
    assert browser.post(form.replace("form/", "autosave/"), {"place": "x"}).status_code == 404
    assert browser.post(form.replace("form/", "uploads/open/"), {"material": "id", "size": "1"}).status_code == 404
    assert "恢复草稿" in browser.get(_page(town, case)).content.decode()

    assert browser.post(_page(town, case), {"act": "restore"}).headers["Location"] == form
    back = town.city.fresh(case)
    assert (back.form, back.discarded_at) == ({"place": "桃花镇"}, None)
    assert "桃花镇" in browser.get(form).content.decode()
    assert [entry.duty for entry in waiting_for(browsers.actor("applicant").require_applicant())] == ["CONTINUE"]


def test_it_is_in_no_list_and_the_same_click_begins_another(town: Town, browsers: Browsers) -> None:
    case, me = _draft(town, browsers), browsers.actor("applicant")
    with enter(town.city.centre):
        commands.discard_draft(actor=me, case_id=case.pk)
        assert not queries.my_drafts(me).exists()
        again = commands.start_application(actor=me, item_code=OWN, applicant=ZHANG, client_key="click")
    assert again.pk != case.pk


def test_a_window_clerk_throws_a_draft_of_the_window_away(town: Town) -> None:
    with enter(town.city.centre):
        case = commands.start_application(actor=town.city.clerk, item_code=OWN, applicant=ZHANG)
        commands.discard_draft(actor=town.city.clerk, case_id=case.pk)
        assert not queries.window_drafts(town.city.clerk).exists()
        commands.restore_draft(actor=town.city.clerk, case_id=case.pk)
        assert queries.window_drafts(town.city.clerk).get().pk == case.pk


def test_after_a_week_nothing_of_it_is_kept_and_the_store_is_free(
    town: Town, browsers: Browsers, django_capture_on_commit_callbacks
) -> None:
    case, me = _draft(town, browsers), browsers.actor("applicant")
    with enter(town.city.centre):
        key = CaseMaterial.objects.get(case=case).attachment.object_key
        commands.open_large_material_upload(
            actor=me,
            case_id=case.pk,
            material_code="site",
            file_name="图.pdf",
            size=len(PDF),
            content_type="application/pdf",
        )
        commands.discard_draft(actor=me, case_id=case.pk)

    with _after(hours=-1):
        run_due()
    assert town.city.fresh(case).form == {"place": "桃花镇"}
    assert objects.stat(key) is not None
    with _after(hours=1), django_capture_on_commit_callbacks(execute=True):
        run_due()

    empty = town.city.fresh(case)
    assert (empty.form, empty.applicant, empty.applicant_name_masked, empty.applicant_account_id) == ({}, {}, "", None)
    assert not ApplicantCaseEntry.objects.exists()
    assert objects.stat(key) is None
    with enter(town.city.centre):
        assert not CaseMaterial.objects.exists()
        assert not Attachment.objects.exists()
        with pytest.raises(CaseNotFound):
            commands.restore_draft(actor=me, case_id=case.pk)


def test_a_file_that_another_draft_holds_stays(town: Town, browsers: Browsers) -> None:
    case, me = _draft(town, browsers), browsers.actor("applicant")
    with enter(town.city.centre):
        file = CaseMaterial.objects.get(case=case).attachment
        other = commands.start_application(actor=me, item_code=OWN, applicant=ZHANG, client_key="other")
        commands.attach_material(actor=me, case_id=other.pk, material_code="id", attachment_id=file.pk)
        commands.discard_draft(actor=me, case_id=case.pk)
    with _after(hours=1):
        run_due()
    with enter(town.city.centre):
        assert CaseMaterial.objects.get().case_id == other.pk
        assert Attachment.objects.get().pk == file.pk


def test_one_that_was_taken_back_is_not_emptied(town: Town, browsers: Browsers) -> None:
    case, me = _draft(town, browsers), browsers.actor("applicant")
    with enter(town.city.centre):
        commands.discard_draft(actor=me, case_id=case.pk)
        commands.restore_draft(actor=me, case_id=case.pk)
    with _after(hours=1):
        run_due()
    assert town.city.fresh(case).form == {"place": "桃花镇"}


def test_only_a_draft_and_only_as_it_was_seen(town: Town, browsers: Browsers) -> None:
    case, me = _draft(town, browsers), browsers.actor("applicant")
    submitted = town.city.submitted(town.zhang)
    before = town.city.snapshot()
    with enter(town.city.centre):
        with pytest.raises(NotADraft):
            commands.discard_draft(actor=town.zhang, case_id=submitted.pk)
        with pytest.raises(CaseChanged):
            commands.discard_draft(actor=me, case_id=case.pk, expected_version=case.lock_version - 1)
        with pytest.raises(CaseNotFound):
            commands.restore_draft(actor=me, case_id=case.pk)
    stale = browsers.applicant().post(_page(town, case), {"act": "discard", "lock_version": case.lock_version - 1})
    assert stale.status_code == 409
    assert town.city.snapshot() == before


def test_nobody_else_throws_it_away_or_takes_it_back(town: Town, browsers: Browsers) -> None:
    case = _draft(town, browsers)
    others = [browsers.applicant("outsider"), browsers.staff(town.city, "WINDOW_CLERK")]
    before = town.city.snapshot()
    for other in others:
        assert other.get(_page(town, case)).status_code in (403, 404)
        assert other.post(_page(town, case), {"act": "discard"}).status_code in (403, 404)
    mine = browsers.applicant()
    elsewhere = _page(town, case).replace(town.city.centre.code, town.neighbour.centre.code)
    assert mine.post(elsewhere, {"act": "discard"}).status_code == 404
    assert town.city.snapshot() == before

    mine.post(_page(town, case), {"act": "discard"})
    gone = town.city.snapshot()
    for other in others:
        assert other.post(_page(town, case), {"act": "restore"}).status_code in (403, 404)
    assert town.city.snapshot() == gone
