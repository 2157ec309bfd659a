"""Applying online through the pages: nothing typed is lost, nothing is sent twice, nobody sees another's draft."""

from __future__ import annotations

import re

import pytest
import urllib3
from browsers import Browsers
from large_files import LargeFile

from zt_platform.cases.models import Case
from zt_platform.cases.testing import DEVOLVED, OWN, PDF, Town
from zt_platform.catalogue.models import Material
from zt_storage.uploads import put_bytes
from zt_tenants.context import enter


def _begin(browser, town: Town, item: str = OWN, key: str = "k1") -> str:
    answer = browser.post(f"/c/{town.city.centre.code}/apply/{item}/", {"whom": "self", "client_key": key})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_the_way_leads_to_sign_in_and_back(town: Town, browsers: Browsers) -> None:
    address = f"/c/{town.city.centre.code}/apply/{OWN}/"
    answer = browsers.nobody().get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=")


def test_two_clicks_begin_one_draft(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    assert _begin(browser, town) == _begin(browser, town)
    assert _begin(browser, town, key="k2") != _begin(browser, town)
    with enter(town.city.centre):
        assert Case.objects.count() == 2


def test_without_a_resident_id_the_page_says_where_to_enter_it(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant(resident_id=None)
    answer = browser.post(f"/c/{town.city.centre.code}/apply/{OWN}/", {"whom": "self", "client_key": "k"})
    assert answer.status_code == 422
    assert "我的账户" in answer.content.decode()
    assert "/account/" in answer.content.decode()


def test_errors_keep_what_was_typed_and_save_it(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    address = _begin(browser, town)
    answer = browser.post(address, {"place": "", "area": "不是数字"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_place"' in page
    assert 'href="#id_area"' in page
    assert "不是数字" in page
    assert "不是数字" in browser.get(address).content.decode()


def test_autosave_keeps_half_a_form_and_checks_nothing(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    address = _begin(browser, town)
    saved = browser.post(address.replace("form/", "autosave/"), {"place": "桃花镇", "stranger": "x"})
    assert saved.json()["saved"] is True
    with enter(town.city.centre):
        assert Case.objects.get().form == {"place": "桃花镇", "area": ""}
    assert "桃花镇" in browser.get(address).content.decode()


@pytest.mark.req("E-12")
def test_missing_documents_are_told_all_at_once(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    address = _begin(browser, town).replace("form/", "materials/")
    page = browser.post(address).content.decode()
    assert "#material-id" in page
    assert "#material-site" in page
    assert "#material-extra" not in page


def test_a_draft_is_its_owners_own_business(town: Town, browsers: Browsers) -> None:
    address = _begin(browsers.applicant(), town)
    before = town.city.snapshot()
    others = [browsers.applicant("outsider"), browsers.staff(town.city, "WINDOW_CLERK")]
    for other in others:
        assert other.get(address).status_code == 404
        assert other.post(address, {"place": "x"}).status_code == 404
        assert other.post(address.replace("form/", "autosave/"), {"place": "x"}).status_code == 404
        assert other.post(address.replace("form/", "uploads/open/"), {"material": "id", "size": "1"}).status_code == 404
    assert town.city.snapshot() == before


def test_the_same_address_at_the_neighbour_is_nothing(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    address = _begin(browser, town)
    assert browser.get(address).status_code == 200
    elsewhere = address.replace(town.city.centre.code, town.neighbour.centre.code)
    assert browser.get(elsewhere).status_code == 404


@pytest.mark.req("E-10", "L-01")
def test_from_upload_to_receipt_and_only_once(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    address = _begin(browser, town)
    browser.post(address, {"place": "桃花镇1号", "area": "12"})
    uploads = address.replace("form/", "uploads/")
    for code in ("id", "site"):
        ticket = browser.post(
            uploads + "open/",
            {"material": code, "file_name": f"{code}.pdf", "size": len(PDF), "content_type": "application/pdf"},
        ).json()
        assert ticket["url"].startswith("http")
        with enter(town.city.centre):
            file = put_bytes(
                data=PDF,
                file_name=f"{code}.pdf",
                content_type="application/pdf",
                owner_account_id=browsers.account("applicant").id,
            )
        kept = browser.post(uploads + "confirm/", {"material": code, "attachment_id": file.pk}).json()
        assert kept["file_name"] == f"{code}.pdf"
    review = address.replace("form/", "review/")
    page = browser.get(review).content.decode()
    key = re.search(r'name="submission_key" value="(\w+)"', page)
    assert key is not None
    first = browser.post(review, {"submission_key": key[1]})
    assert first.status_code == 302
    assert first.headers["Location"].split("/")[3] == "receipts"
    again = browser.post(review, {"submission_key": key[1]})
    assert (again.status_code, again.headers["Location"]) == (302, first.headers["Location"])
    assert browser.post(review, {"submission_key": "another-click"}).status_code == 409
    with enter(town.city.centre):
        case = Case.objects.get()
    assert case.tracking_number in first.headers["Location"]
    receipt = browser.get(first.headers["Location"]).content.decode()
    assert "已经提交" in receipt
    assert browsers.applicant("outsider").get(first.headers["Location"]).status_code == 404


def test_a_lying_upload_is_refused_in_words(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    uploads = _begin(browser, town).replace("form/", "uploads/")
    answer = browser.post(
        uploads + "open/",
        {"material": "id", "file_name": "a.exe", "size": 10, "content_type": "application/x-msdownload"},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "error", "field"}


@pytest.mark.req("L-01")
def test_a_large_document_is_sent_in_parts_and_found_again_after_a_reload(town: Town, browsers: Browsers) -> None:
    with enter(town.city.centre):
        Material.objects.filter(code="site").update(max_size=64 * 1024 * 1024)
    browser = browsers.applicant()
    address = _begin(browser, town)
    uploads = address.replace("form/", "uploads/")
    file = LargeFile(12 * 1024 * 1024, name="场地图.pdf")
    asked = {"material": "site", "file_name": file.name, "size": file.size, "content_type": "application/pdf"}
    begun = browser.post(uploads + "large/", asked).json()
    assert (begun["part_count"], begun["parts"]) == (2, [])
    digests = file.digests([1, 2], begun["part_bytes"])

    def send(number: int) -> int:
        values = {"attachment_id": begun["attachment_id"], "part": f"{number}~{digests[number]}"}
        [ticket] = browser.post(uploads + "parts/", values).json()["parts"]
        return urllib3.request("PUT", ticket["url"], body=file.part(number, begun["part_bytes"])).status

    assert send(1) == 200
    page = browser.get(address.replace("form/", "materials/")).content.decode()
    assert f'data-unfinished="{begun["attachment_id"]}"' in page
    assert "上次传到66%" in page
    resumed = browser.post(uploads + "large/", asked).json()
    assert resumed["parts"] == [{"number": 1, "sha256": digests[1], "arrived": True}]
    confirm = {"material": "site", "attachment_id": begun["attachment_id"]}
    assert browser.post(uploads + "confirm/", confirm, headers={"Accept": "application/json"}).status_code == 409
    assert send(2) == 200
    kept = browser.post(uploads + "confirm/", confirm).json()
    assert (kept["file_name"], kept["size"]) == (file.name, file.size)
    page = browser.get(address.replace("form/", "materials/")).content.decode()
    assert "data-unfinished" not in page
    assert f'data-file="{kept["id"]}"' in page


@pytest.mark.req("L-01")
def test_a_large_upload_is_its_owners_own_and_can_be_given_up(town: Town, browsers: Browsers) -> None:
    with enter(town.city.centre):
        Material.objects.filter(code="site").update(max_size=64 * 1024 * 1024)
    browser = browsers.applicant()
    address = _begin(browser, town)
    uploads = address.replace("form/", "uploads/")
    asked = {"material": "site", "file_name": "a.pdf", "size": 12_000_000, "content_type": "application/pdf"}
    begun = browser.post(uploads + "large/", asked).json()
    digest = "a" * 64
    steps = {
        "large/": asked,
        "parts/": {"attachment_id": begun["attachment_id"], "part": f"1~{digest}"},
        "abort/": {"attachment_id": begun["attachment_id"]},
    }
    before = town.city.snapshot()
    for other in (browsers.applicant("outsider"), browsers.staff(town.city, "WINDOW_CLERK")):
        for step, values in steps.items():
            assert other.post(uploads + step, values).status_code == 404
    at_neighbour = uploads.replace(town.city.centre.code, town.neighbour.centre.code)
    for step, values in steps.items():
        assert browser.post(at_neighbour + step, values).status_code == 404
    assert town.city.snapshot() == before
    assert browser.post(uploads + "abort/", steps["abort/"]).json() == {"aborted": True}
    assert browser.post(uploads + "parts/", steps["parts/"]).status_code == 404
    assert "data-unfinished" not in browser.get(address.replace("form/", "materials/")).content.decode()


@pytest.mark.req("E-11")
def test_a_correction_comes_back_to_the_same_pages(town: Town, browsers: Browsers) -> None:
    browser = browsers.applicant()
    case = town.city.submitted(browsers.actor("applicant"))
    with enter(town.city.centre):
        from zt_platform.cases import commands

        commands.return_for_correction(actor=town.city.clerk, case_id=case.pk, defects=["场地证明不清楚"])
    mine = browser.get(f"/c/{town.city.centre.code}/mine/{case.tracking_number}/").content.decode()
    assert "场地证明不清楚" in mine
    assert f"/drafts/{case.pk}/form/" in mine
    answer = browser.post(f"/c/{town.city.centre.code}/drafts/{case.pk}/review/", {})
    assert answer.status_code == 302
    assert town.city.fresh(case).status == "SUBMITTED"


def test_an_item_of_the_list_without_a_form_is_still_a_page(town: Town, browsers: Browsers) -> None:
    page = browsers.nobody().get(f"/c/{town.city.centre.code}/items/{DEVOLVED}/").content.decode()
    assert f"/apply/{DEVOLVED}/" in page
