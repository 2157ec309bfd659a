"""One draft on two pages: what was written last does not silently win; the applicant sees both and decides."""

from __future__ import annotations

import re

import pytest
from browsers import Browsers

from zt_platform.cases import commands
from zt_platform.cases.meanwhile import CaseChanged, form_mark
from zt_platform.cases.models import Case
from zt_platform.cases.testing import OWN, ZHANG, Town
from zt_tenants.context import enter

pytestmark = pytest.mark.req("L-01")


def _begin(browser, town: Town) -> str:
    address = f"/c/{town.city.centre.code}/apply/{OWN}/"
    return str(browser.post(address, {"whom": "self", "client_key": "two"}).headers["Location"])


def _seen(page: str) -> dict[str, str]:
    """What a page gives back of the state it began with."""
    found = {name: re.search(rf'name="{name}" value="(\w*)"', page) for name in ("lock_version", "form_seen")}
    return {name: match[1] for name, match in found.items() if match}


def _form(town: Town) -> dict[str, str]:
    with enter(town.city.centre):
        return dict(Case.objects.get().form)


def test_the_second_page_is_refused_with_both_answers_and_goes_on_knowingly(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    address = _begin(browser, town)
    first, second = (_seen(browser.get(address).content.decode()) for _ in range(2))
    assert first.keys() == {"lock_version", "form_seen"}
    assert browser.post(address, {"place": "桃花镇1号", "area": "12", **first}).status_code == 302

    refused = browser.post(address, {"place": "上派镇2号", "area": "12", **second})
    page = refused.content.decode()

    assert refused.status_code == 409
    assert "这份申请在别处改过" in page
    assert "桃花镇1号" in page
    assert 'value="上派镇2号"' in page
    assert "data-autosave-stands" in page
    assert _form(town)["place"] == "桃花镇1号"
    assert browser.post(address, {"place": "上派镇2号", "area": "12", **_seen(page)}).status_code == 302
    assert _form(town)["place"] == "上派镇2号"


def test_autosave_goes_on_from_its_own_answer_and_stops_at_anothers(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    address = _begin(browser, town)
    saves = address.replace("form/", "autosave/")
    first, second = (_seen(browser.get(address).content.decode()) for _ in range(2))
    for place in ("桃", "桃花", "桃花镇"):
        answer = browser.post(saves, {"place": place, **first})
        assert answer.status_code == 200
        first = {name: str(answer.json()[name]) for name in first}

    stopped = browser.post(saves, {"place": "别处", **second})

    assert stopped.status_code == 409
    assert "别的页面" in stopped.json()["changed"]
    assert (stopped.json()["newer_url"], "载入" in stopped.json()["word"]) == (address, True)
    assert _form(town)["place"] == "桃花镇"


def test_what_was_handed_in_elsewhere_stops_autosave_too(town: Town, browsers: Browsers) -> None:
    browser, me = browsers.applicant(), browsers.actor("applicant")
    address = _begin(browser, town)
    seen = _seen(browser.get(address).content.decode())
    with enter(town.city.centre):
        case = Case.objects.get()
    for code in ("id", "site"):
        town.city.attach(me, case, code)
    with enter(town.city.centre):
        commands.save_draft(actor=me, case_id=case.pk, form={"place": "1", "area": "2"})
        commands.submit_application(actor=me, case_id=case.pk)

    stopped = browser.post(address.replace("form/", "autosave/"), {"place": "晚了", **seen})

    assert (stopped.status_code, "已经提交" in stopped.json()["changed"]) == (409, True)
    assert _form(town)["place"] == "1"


def test_a_file_added_on_another_page_is_no_change_of_the_answers(town: Town, browsers: Browsers) -> None:
    browser, me = browsers.applicant(), browsers.actor("applicant")
    address = _begin(browser, town)
    seen = _seen(browser.get(address).content.decode())
    with enter(town.city.centre):
        case = Case.objects.get()
    town.city.attach(me, case, "id")

    assert town.city.fresh(case).lock_version > int(seen["lock_version"])
    assert browser.post(address, {"place": "桃花镇", "area": "1", **seen}).status_code == 302
    assert _form(town)["place"] == "桃花镇"


def test_the_last_page_hands_in_only_what_it_has_shown(town: Town, browsers: Browsers) -> None:
    browser, me = browsers.applicant(), browsers.actor("applicant")
    address = _begin(browser, town)
    browser.post(address, {"place": "桃花镇", "area": "1"})
    with enter(town.city.centre):
        case = Case.objects.get()
    for code in ("id", "site"):
        town.city.attach(me, case, code)
    review = address.replace("form/", "review/")
    page = browser.get(review).content.decode()
    key = re.search(r'name="submission_key" value="(\w+)"', page)
    assert key is not None
    browser.post(address, {"place": "改过的地方", "area": "1"})

    refused = browser.post(review, {"submission_key": key[1], **_seen(page)})

    shown = refused.content.decode()
    assert (refused.status_code, "改过的地方" in shown, "这份申请在别处改过" in shown) == (409, True, True)
    assert town.city.fresh(case).status == "DRAFT"
    assert browser.post(review, {"submission_key": key[1], **_seen(shown)}).status_code == 302
    assert town.city.fresh(case).status == "SUBMITTED"


def test_a_form_with_errors_does_not_stand_in_its_own_way(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    address = _begin(browser, town)
    seen = _seen(browser.get(address).content.decode())
    wrong = browser.post(address, {"place": "", "area": "不是数字", **seen})
    assert wrong.status_code == 422
    right = browser.post(address, {"place": "桃花镇", "area": "1", **_seen(wrong.content.decode())})
    assert right.status_code == 302


def test_two_clerks_at_one_draft_of_the_window_see_each_other(town: Town, browsers: Browsers) -> None:
    with enter(town.city.centre):
        case = commands.start_application(actor=town.city.clerk, item_code=OWN, applicant=ZHANG)
    browser = browsers.staff(town.city, "WINDOW_CLERK")
    address = f"/c/{town.city.centre.code}/workbench/{case.pk}/intake/"
    first, second = (_seen(browser.get(address).content.decode()) for _ in range(2))
    assert browser.post(address, {"place": "甲填的", "save": "yes", **first}).status_code == 302

    refused = browser.post(address, {"place": "乙填的", "save": "yes", **second})
    stopped = browser.post(f"{address}autosave/", {"place": "乙填的", **second})

    assert (refused.status_code, "甲填的" in refused.content.decode()) == (409, True)
    assert stopped.status_code == 409
    assert _form(town)["place"] == "甲填的"


def test_a_command_without_a_mark_of_the_answers_minds_the_version_alone(town: Town) -> None:
    case = town.city.fresh(town.city.draft(town.zhang))
    seen = case.lock_version
    with enter(town.city.centre):
        commands.save_draft(actor=town.zhang, case_id=case.pk, form={"place": "新"}, expected_version=seen)
        with pytest.raises(CaseChanged) as refused:
            commands.save_draft(actor=town.zhang, case_id=case.pk, form={"place": "旧"}, expected_version=seen)
    fresh = town.city.fresh(case)
    assert (refused.value.code, refused.value.data["version"]) == ("CASE_CHANGED", fresh.lock_version)
    assert fresh.form == {"place": "新"}
    assert form_mark(fresh) != form_mark(case)
