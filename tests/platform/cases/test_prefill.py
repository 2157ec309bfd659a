"""Filling an application from departments' data: with consent, the source shown, locked where the item says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from browsers import Browsers

from zt_interop.departments.testing import COMPANY_CHECK, IDENTITY_CHECK, USCC, Offices, grant, offices_in
from zt_interop.log.models import DataCall
from zt_platform.cases import commands, prefill
from zt_platform.cases.errors import CaseNotFound
from zt_platform.cases.models import Case
from zt_platform.cases.testing import FORM, MONDAY, OWN, ZHANG, Town
from zt_platform.catalogue import definitions
from zt_platform.catalogue.forms import InvalidForm, fields_of
from zt_platform.catalogue.models import ItemVersion
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput, NotPermitted

pytestmark = pytest.mark.req("Y-01", "Y-02")
ADDRESS = "安徽省肥西县桃花镇1号"


@pytest.fixture
def offices(town, tmp_path) -> Iterator[Offices]:
    """The city may ask for the registered address; its form takes the place from there."""
    with offices_in(tmp_path) as offices, offices.at(MONDAY):
        offices.register(IDENTITY_CHECK)
        grant(town.city.centre, IDENTITY_CHECK, "result", "address")
        bind(town)
        yield offices


def bind(town: Town, **flags: bool) -> None:
    bound = {"service": IDENTITY_CHECK, "field": "address", **flags}
    with enter(town.city.centre):
        ItemVersion.objects.update(form_schema=[{**FORM[0], "prefill": bound}, FORM[1]])


def begin(town: Town, actor=None, **party: object) -> Case:
    with enter(town.city.centre):
        return commands.start_application(
            actor=actor or town.zhang, item_code=OWN, applicant=replace(ZHANG, **party), form={}
        )


def fill(town: Town, case: Case, *, actor=None, consent: bool = True, service: str = IDENTITY_CHECK) -> DataCall:
    with enter(town.city.centre):
        return prefill.prefill_draft(actor=actor or town.zhang, case_id=case.pk, service_code=service, consent=consent)


def test_with_consent_only_the_forms_own_fields_are_asked_for(town: Town, offices) -> None:
    case = begin(town)
    call = fill(town, case)
    assert (call.fields, call.answer, call.consent_at) == (["address"], {"address": ADDRESS}, MONDAY)
    with enter(town.city.centre):
        schema = ItemVersion.objects.first().form_schema
        filled = prefill.filled_fields(case, schema)
    assert (filled["place"].value, filled["place"].locked) == (ADDRESS, False)
    assert "安徽省公安厅" in filled["place"].source
    assert prefill.with_filled({"place": "自己写的"}, filled)["place"] == "自己写的"
    assert prefill.with_filled({"place": ""}, filled)["place"] == ADDRESS


@pytest.mark.parametrize("change", [{"consent": False}, {"service": "mps.nothing"}])
def test_without_consent_or_for_another_service_nothing_is_asked(town: Town, offices, change) -> None:
    case = begin(town)
    with pytest.raises(InvalidInput):
        fill(town, case, **change)
    assert offices.questions == []


def test_an_unproven_identity_is_told_nothing(town: Town, offices) -> None:
    case = begin(town, verified=False)
    with pytest.raises(InvalidInput):
        fill(town, case)
    assert offices.questions == []


def test_only_the_applicant_fills_his_own_draft(town: Town, offices) -> None:
    case = begin(town)
    with pytest.raises(CaseNotFound):
        fill(town, case, actor=town.li)
    with pytest.raises(NotPermitted):
        fill(town, case, actor=town.city.clerk)
    assert offices.questions == []


@pytest.mark.parametrize(("place", "refused"), [("别处", True), (ADDRESS, False)])
def test_a_locked_field_holds_what_the_department_said(town: Town, offices, place, refused) -> None:
    bind(town, locked=True)
    case = begin(town)
    fill(town, case)
    for code in ("id", "site"):
        town.city.attach(town.zhang, case, code)
    with enter(town.city.centre):
        commands.save_draft(actor=town.zhang, case_id=case.pk, form={"place": place})
        if refused:
            with pytest.raises(InvalidForm) as error:
                commands.submit_application(actor=town.zhang, case_id=case.pk)
            assert error.value.field == "place"
        else:
            assert commands.submit_application(actor=town.zhang, case_id=case.pk).status == "SUBMITTED"


def test_the_page_offers_fills_and_names_its_source(town: Town, browsers: Browsers, offices) -> None:
    bind(town, locked=True)
    person = browsers.actor("applicant")
    case = begin(town, actor=person)
    browser = browsers.applicant()
    address = f"/c/340100/drafts/{case.pk}/"
    assert "这些内容可以不用自己填：经营场所" in browser.get(address + "form/").content.decode()
    filled = browser.post(address + "prefill/", {"service": IDENTITY_CHECK, "consent": "yes"}, follow=True)
    shown = filled.content.decode()
    assert ADDRESS in shown
    assert "来源：安徽省公安厅" in shown
    assert "readonly" in shown
    browser.post(address + "form/", {"place": "改成别处", "area": ""})
    assert town.city.fresh(case).form["place"] == ADDRESS
    other = browsers.applicant("outsider").post(address + "prefill/", {"service": IDENTITY_CHECK, "consent": "yes"})
    assert other.status_code == 404


@pytest.mark.parametrize("broken", [{"service": "x"}, {"service": "x", "field": "y", "locked": "yes"}, "x"])
def test_a_malformed_binding_is_no_form(broken) -> None:
    with pytest.raises(InvalidInput):
        fields_of([{**FORM[0], "prefill": broken}])


def test_a_firm_need_not_write_its_name_and_address_into_a_shipped_form(town: Town, offices) -> None:
    offices.register(COMPANY_CHECK)
    grant(town.city.centre, COMPANY_CHECK, "name", "address")
    form = definitions.items()["XK-JT-01"].form
    with enter(town.city.centre):
        ItemVersion.objects.update(form_schema=form)
    case = begin(town, id_type="USCC", id_number=USCC, name="合肥某某公司")
    with enter(town.city.centre):
        [offer] = prefill.offers_for(case, form)
        assert (offer.code, offer.labels) == (COMPANY_CHECK, "经营者名称、地址")
        assert prefill.offers_for(begin(town), form) == [], "nothing is offered to a person"
    call = fill(town, case, service=COMPANY_CHECK)
    with enter(town.city.centre):
        filled = prefill.filled_fields(case, form)
    assert {name: one.value for name, one in filled.items()} == {
        "operator_name": call.answer["name"],
        "address": call.answer["address"],
    }
