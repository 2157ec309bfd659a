"""My account: the resident id, and organisations one acts for."""

from __future__ import annotations

import pytest
from browsers import browser_of

from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account, Authorisation
from zt_tenants.clock import today

RESIDENT_ID = "11010519491231002X"
OTHER_ID = "340102199001011236"
CREDIT_CODE = "91110000600037341L"


def _person(name: str = "zhangxiaoming") -> Account:
    return register_account(username=name, password="correct horse battery", full_name="张小明", phone="13800001234")


def _authorisation_form(**changes: str) -> dict[str, str]:
    return {
        "organisation_name": "安徽远大物流有限公司",
        "uscc": CREDIT_CODE,
        "valid_from": today().isoformat(),
        "valid_until": today().replace(year=today().year + 1, day=1).isoformat(),
        **changes,
    }


def test_the_page_shows_numbers_masked_only(world) -> None:
    person = _person()
    browser = browser_of(person)
    assert browser.post("/account/resident-id/", {"resident_id": RESIDENT_ID}).status_code == 302
    page = browser.get("/account/").content.decode()
    assert RESIDENT_ID not in page
    assert "13800001234" not in page
    assert Account.objects.get(id=person.id).resident_id == RESIDENT_ID
    assert not Account.objects.get(id=person.id).is_verified


def test_a_resident_id_cannot_be_replaced_by_its_owner(world) -> None:
    browser = browser_of(_person())
    browser.post("/account/resident-id/", {"resident_id": RESIDENT_ID})
    again = browser.post("/account/resident-id/", {"resident_id": OTHER_ID})
    assert again.status_code == 422


def test_another_persons_resident_id_is_refused_and_nothing_changes(world) -> None:
    browser_of(_person()).post("/account/resident-id/", {"resident_id": RESIDENT_ID})
    outsider = _person("outsider")
    answer = browser_of(outsider).post("/account/resident-id/", {"resident_id": RESIDENT_ID})
    assert answer.status_code == 422
    assert Account.objects.get(id=outsider.id).resident_id is None


def test_an_organisation_is_entered_and_revoked(world) -> None:
    browser = browser_of(_person())
    assert browser.post("/account/authorisations/", _authorisation_form()).status_code == 302
    page = browser.get("/account/").content.decode()
    assert "安徽远大物流有限公司" in page
    assert CREDIT_CODE not in page
    one = Authorisation.objects.get()
    assert browser.post(f"/account/authorisations/{one.id}/revoke/").status_code == 302
    assert "安徽远大物流有限公司" not in browser.get("/account/").content.decode()


def test_nobody_revokes_another_persons_authorisation(world) -> None:
    browser_of(_person()).post("/account/authorisations/", _authorisation_form())
    one = Authorisation.objects.get()
    assert browser_of(_person("outsider")).post(f"/account/authorisations/{one.id}/revoke/").status_code == 404
    assert Authorisation.objects.get().revoked_at is None


@pytest.mark.parametrize(
    ("field", "value"), [("uscc", "123"), ("organisation_name", ""), ("valid_until", "2001-01-01")]
)
def test_what_is_wrong_stands_beside_its_field_and_keeps_the_rest(world, field: str, value: str) -> None:
    answer = browser_of(_person()).post("/account/authorisations/", _authorisation_form(**{field: value}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in page
    assert CREDIT_CODE in page or field == "uscc"
    assert not Authorisation.objects.exists()
