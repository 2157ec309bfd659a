"""The one notice of all fees of what somebody wants to do: charges, quantities, sum, bases (F-07)."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zt_platform.cases.testing import staff
from zt_platform.catalogue.commands import publish_item_version
from zt_platform.catalogue.fees import Charge, ChargedItem, FeeNotice, charge_lines, checked_charges, yuan
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.catalogue.models import Item, ItemVersion
from zt_platform.catalogue.queries import fee_notice, item_version
from zt_platform.organisation.roles import Role
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput

pytestmark = pytest.mark.req("F-07")
PLATES, TAX, FREE, ID_CARD = "QR-GA-05", "GG-SW-01", "QR-SC-01", "GG-GA-10"
PLATE = {"name": "号牌", "name_en": "Plates", "amount": 10_000, "unit": "副", "unit_en": "pair"}


@pytest.fixture
def catalogued(world):
    for centre in (world.city, world.county):
        load_catalogue(centre)
    return world


def _notice(centre, *codes: str) -> FeeNotice:
    with enter(centre):
        return fee_notice(codes, {})


@pytest.mark.req("K-02")
def test_all_charges_of_all_chosen_items_stand_on_one_notice_with_their_sum(catalogued) -> None:
    notice = _notice(catalogued.city, PLATES, TAX, FREE)
    plates, tax, free = notice.items
    assert [(line.charge.name, line.sum) for line in plates.lines] == [
        ("机动车号牌工本费", 10_000),
        ("机动车行驶证工本费", 1_500),
    ]
    assert (free.free, free.sum, tax.open_amount) == (True, 0, True)
    assert (notice.total, notice.total_text, notice.left_out) == (11_500, "115", ["车辆购置税申报"])
    assert all(item.department and item.basis for item in (plates, tax))


def test_what_depends_on_the_case_counts_when_it_is_chosen(catalogued) -> None:
    key = f"n.{ID_CARD}."
    with enter(catalogued.city):
        nothing = fee_notice([ID_CARD], {})
        lost = fee_notice([ID_CARD], {f"{key}1": 1})
        both = fee_notice([ID_CARD, PLATES], {f"{key}0": 3, f"n.{PLATES}.1": 0})
    assert (nothing.total, lost.total, both.total) == (0, 4_000, 3 * 2_000 + 10_000)


def test_the_notice_goes_by_the_version_in_force(catalogued) -> None:
    admin = staff(catalogued.city, Role.CENTRE_ADMIN)
    with enter(catalogued.city):
        before = item_version(PLATES)
        publish_item_version(
            actor=admin,
            item_code=PLATES,
            kind=before.kind,
            statutory_days=before.statutory_days,
            statutory_basis=before.statutory_basis,
            promised_days=before.promised_days,
            legal_basis=before.legal_basis,
            conditions=before.conditions,
            procedure=before.procedure,
            fee="号牌每副90元",
            fee_basis="《新通知》",
            charges=[{**PLATE, "amount": 9_000}],
            materials=[
                {
                    "code": "id",
                    "name": "身份证",
                    "name_en": "Id",
                    "max_size": 1000,
                    "accepted_types": ["application/pdf"],
                }
            ],
        )
    [item] = _notice(catalogued.city, PLATES).items
    assert (item.sum, item.basis) == (9_000, "《新通知》")
    [other] = _notice(catalogued.county, "GG-GA-04").items
    assert other.sum == 1_000


@pytest.mark.parametrize(
    "wrong",
    [
        {**PLATE, "amount": 0},
        {**PLATE, "amount": -5},
        {**PLATE, "amount": 1.5},
        {**PLATE, "amount": True},
        {**PLATE, "amount": 10**12},
        {**PLATE, "name": " "},
        {**PLATE, "unit_en": ""},
    ],
    ids=lambda wrong: str(sorted(wrong.items()))[:60],
)
def test_an_unsound_charge_is_not_published(wrong) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_charges("每副100元", [PLATE, wrong])
    assert (refused.value.field, refused.value.data["n"]) == ("charges", 2)


def test_what_costs_nothing_names_no_charges_and_thirty_are_enough() -> None:
    with pytest.raises(InvalidInput):
        checked_charges("不收费", [PLATE])
    assert len(checked_charges("多项", [PLATE] * 30)) == 30
    with pytest.raises(InvalidInput) as refused:
        checked_charges("多项", [PLATE] * 31)
    assert refused.value.data["n"] == 31


def test_quantities_are_kept_between_none_and_many_and_amounts_read_as_people_write_them() -> None:
    [line] = charge_lines("X", [Charge(**PLATE).to_stored()], {"n.X.0": 99_999})
    assert (line.quantity, line.key) == (10_000, "n.X.0")
    assert [yuan(fen) for fen in (0, 5, 1250, 12_000)] == ["0", "0.05", "12.50", "120"]
    assert FeeNotice([ChargedItem("X", "x", "d", "不收费", "", [])]).total == 0


def test_every_shipped_charge_is_sound_and_belongs_to_an_item_that_costs_something(catalogued) -> None:
    with enter(catalogued.city):
        charged = ItemVersion.objects.exclude(charges=[])
        assert charged.count() >= 7
        for version in charged:
            assert checked_charges(version.fee, version.charges) == version.charges


def test_anybody_works_it_out_and_takes_the_notice_along(catalogued) -> None:
    address = f"/c/{catalogued.city.code}/fees/"
    empty = unescape(Client().get(address).content.decode())
    assert "您要办哪些事" in empty
    assert "合计" not in empty
    page = unescape(Client().get(f"{address}?item={PLATES}&item={TAX}&n.{PLATES}.0=2").content.decode())
    for said in ("215元", "机动车号牌工本费", "100元/副", "车辆购置税法", "另行核定", "data-print"):
        assert said in page, said
    guide = unescape(Client().get(f"/c/{catalogued.city.code}/items/{PLATES}/").content.decode())
    assert f"fees/?item={PLATES}" in guide


@pytest.mark.parametrize("query", ["item=NO-SUCH", "item=QR-GA-05&n.QR-GA-05.0=-3", "n.x=9999999999"])
def test_nonsense_in_the_address_is_left_aside(catalogued, query: str) -> None:
    answer = Client().get(f"/c/{catalogued.city.code}/fees/?{query}")
    assert answer.status_code == 200
    assert "Traceback" not in answer.content.decode()


@pytest.mark.req("A-01")
def test_the_neighbour_tells_its_own_fees_only_and_a_suspended_item_stands_nowhere(catalogued) -> None:
    with enter(catalogued.city):
        Item.objects.filter(code=PLATES).update(active=False)
    assert list(_notice(catalogued.city, PLATES).items) == []
    assert list(_notice(catalogued.other_city, TAX).items) == [], "the neighbour has no catalogue"
    assert "机动车号牌" not in Client().get(f"/c/{catalogued.other_city.code}/fees/?item={PLATES}").content.decode()


def test_a_notice_is_one_statement_for_one_item_and_for_many(catalogued) -> None:
    with enter(catalogued.city):
        codes = list(Item.objects.values_list("code", flat=True))
        counts = []
        for asked in (codes[:1], codes):
            with CaptureQueriesContext(connection) as found:
                fee_notice(asked, {})
            counts.append(len(found))
    assert counts == [1, 1]
