"""Delivery by post: chosen, posted, received or come back; over two levels; and who may not (行政许可法 art. 44)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from zt_platform.actors import Actor
from zt_platform.cases import commands
from zt_platform.cases.commands.pickup import code_to_show
from zt_platform.cases.errors import CaseNotFound, NotByPost, TransitionNotAllowed
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.postal import postal_of
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, Desk, Town, at, relay_all, staff
from zt_platform.cases.vocabulary import Action, DeliveryMethod, Status, Step
from zt_platform.organisation.roles import Role
from zt_platform.papers.kinds import PaperKind
from zt_platform.supervision.models import CaseRecord
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import InvalidInput, NotPermitted

ADDRESS = {"recipient": "张三丰", "phone": "13855512345", "address": "安徽省合肥市肥西县桃花镇1号2室"}
PARCEL = {"carrier": "邮政EMS", "post_number": "EZ 1234-56789 cn"}


def choose(desk: Desk, actor: Actor, case: Case, method: str = "POST") -> Case:
    with enter(desk.centre):
        return commands.choose_delivery(
            actor=actor, case_id=case.pk, method=method, **(ADDRESS if method == "POST" else {})
        )


def post(desk: Desk, case: Case) -> Case:
    with enter(desk.centre):
        return commands.post_result(actor=desk.clerk, case_id=case.pk, **PARCEL)


def confirm(desk: Desk, actor: Actor, case: Case, **given) -> Case:
    with enter(desk.centre):
        return commands.confirm_receipt(actor=actor, case_id=case.pk, **given)


def take_back(desk: Desk, case: Case) -> Case:
    with enter(desk.centre):
        return commands.take_back(actor=desk.clerk, case_id=case.pk, reason="收件人不在")


def sealed(desk: Desk, case: Case) -> Case:
    for act in (desk.accept, desk.review, desk.decide, desk.seal):
        case = act(case)
    return case


@pytest.fixture
def waiting(town: Town) -> Case:
    """Completed at the county, to be posted as the applicant chose with the application."""
    draft = town.county.draft(town.zhang)
    choose(town.county, town.zhang, draft)
    with enter(town.county.centre):
        case = commands.submit_application(actor=town.zhang, case_id=draft.pk)
    return sealed(town.county, case)


@pytest.mark.req("E-05", "A-07")
def test_article_44_what_is_posted_is_delivered_when_it_is_received(town: Town, waiting: Case) -> None:
    county = town.county
    assert (waiting.status, waiting.pickup) == (Status.COMPLETED, None)
    sent = post(county, waiting)
    assert (sent.status, sent.running_due_at) == (Status.POSTED, sent.delivery_due_at)
    where = postal_of(county.fresh(waiting))
    assert where is not None
    assert (where.carrier, where.post_number, where.posted_at[:10]) == ("邮政EMS", "EZ123456789CN", "2026-03-02")
    with at("2026-03-05 10:00"):
        done = confirm(county, town.zhang, waiting, received_on=date(2026, 3, 4))
    assert (done.status, done.running_due_at) == (Status.DELIVERED, None)
    receipt = county.paper_text(done, PaperKind.DELIVERY_RECEIPT)
    assert "邮政EMS EZ123456789CN" in receipt
    assert "2026-03-04签收" in receipt
    assert ADDRESS["address"] not in receipt
    relay_all()
    with outside_centres():
        assert CaseRecord.objects.get(tracking_number=done.tracking_number).status == "DELIVERED"


@pytest.mark.req("A-07")
def test_come_back_it_waits_at_the_window_with_a_new_code(town: Town, waiting: Case) -> None:
    county = town.county
    post(county, waiting)
    back = take_back(county, waiting)
    assert (back.status, back.delivery_method) == (Status.COMPLETED, DeliveryMethod.PICK_UP)
    where, code = postal_of(back), code_to_show(back)
    assert where is not None
    assert (where.return_reason, where.returned_at[:10]) == ("收件人不在", "2026-03-02")
    assert len(code) == 6
    with enter(county.centre):
        commands.deliver_case(actor=county.clerk, case_id=back.pk, code=code)
    assert county.fresh(back).status == Status.DELIVERED


def test_come_back_it_can_be_posted_again_to_another_address(town: Town, waiting: Case) -> None:
    county = town.county
    post(county, waiting)
    take_back(county, waiting)
    with enter(county.centre):
        again = commands.choose_delivery(
            actor=town.zhang, case_id=waiting.pk, method="POST", **{**ADDRESS, "address": "安徽省池州市贵池区秋浦路9号"}
        )
    assert again.pickup is None
    sent = postal_of(post(county, waiting))
    assert sent is not None
    assert (sent.address, sent.returned_at) == ("安徽省池州市贵池区秋浦路9号", "")


def test_the_choice_can_be_changed_until_it_left(town: Town, waiting: Case) -> None:
    county = town.county
    collected = choose(county, town.zhang, waiting, "PICK_UP")
    assert code_to_show(collected)
    by_post = choose(county, county.clerk, waiting)
    assert by_post.pickup is None
    post(county, waiting)
    before = county.snapshot()
    with pytest.raises(TransitionNotAllowed):
        choose(county, town.zhang, waiting, "PICK_UP")
    assert county.snapshot() == before


def test_a_clerk_confirms_with_the_carriers_proof(town: Town, waiting: Case) -> None:
    county = town.county
    post(county, waiting)
    before = county.snapshot()
    for given in ({}, {"proof": " "}, {"proof": "本人签收", "received_on": date(2026, 3, 3)}):
        with pytest.raises(InvalidInput):
            confirm(county, county.clerk, waiting, **given)
    with pytest.raises(InvalidInput) as refused:
        confirm(county, town.zhang, waiting, received_on=date(2026, 3, 1))
    assert refused.value.field == "received_on"
    assert county.snapshot() == before
    done = confirm(county, county.clerk, waiting, proof="EMS签收记录，本人签收")
    with enter(county.centre):
        line = CaseEvent.objects.get(case=done, step=Step.DELIVERED)
    assert (line.data["checked"], line.note) == ("CARRIER", "EMS签收记录，本人签收")


@pytest.mark.parametrize(
    ("field", "value"),
    [("recipient", ""), ("phone", "123"), ("address", "合肥"), ("address", "长" * 201)],
)
def test_an_address_that_no_parcel_reaches_is_refused(town: Town, waiting: Case, field: str, value: str) -> None:
    before = town.county.snapshot()
    with enter(town.county.centre), pytest.raises(InvalidInput) as refused:
        commands.choose_delivery(actor=town.zhang, case_id=waiting.pk, method="POST", **{**ADDRESS, field: value})
    assert refused.value.field == field
    assert town.county.snapshot() == before


@pytest.mark.parametrize(("field", "value"), [("carrier", " "), ("post_number", "12"), ("post_number", "EZ<123456>")])
def test_a_parcel_has_a_carrier_and_a_number(town: Town, waiting: Case, field: str, value: str) -> None:
    before = town.county.snapshot()
    with enter(town.county.centre), pytest.raises(InvalidInput) as refused:
        commands.post_result(actor=town.county.clerk, case_id=waiting.pk, **{**PARCEL, field: value})
    assert refused.value.field == field
    assert town.county.snapshot() == before


def test_nothing_is_posted_that_nobody_wants_posted(town: Town) -> None:
    case = sealed(town.county, town.county.submitted(town.zhang))
    before = town.county.snapshot()
    with pytest.raises(NotByPost):
        post(town.county, case)
    assert town.county.snapshot() == before


Act = Callable[[Actor, int], object]
ACTS: dict[str, tuple[Act, Status]] = {
    "choose": (
        lambda actor, pk: commands.choose_delivery(actor=actor, case_id=pk, method="PICK_UP"),
        Status.COMPLETED,
    ),
    "post": (lambda actor, pk: commands.post_result(actor=actor, case_id=pk, **PARCEL), Status.COMPLETED),
    "confirm": (lambda actor, pk: commands.confirm_receipt(actor=actor, case_id=pk, proof="签收"), Status.POSTED),
    "take_back": (lambda actor, pk: commands.take_back(actor=actor, case_id=pk, reason="退"), Status.POSTED),
}


@pytest.mark.req("A-01", "A-09")
@pytest.mark.parametrize("name", ACTS)
def test_who_may_not_changes_nothing(town: Town, waiting: Case, name: str) -> None:
    county, (act, status) = town.county, ACTS[name]
    if status == Status.POSTED:
        post(county, waiting)
    before = county.snapshot()
    everybody_else = staff(county.centre, *(set(Role) - {Role.WINDOW_CLERK}))
    for actor in (everybody_else, staff(town.neighbour.centre, *Role), Actor.system()):
        with enter(county.centre), pytest.raises(NotPermitted):
            act(actor, waiting.pk)
    with enter(county.centre), pytest.raises((NotPermitted, CaseNotFound)):
        act(town.li, waiting.pk)
    if name in ("post", "take_back"):
        with enter(county.centre), pytest.raises(NotPermitted):
            act(town.zhang, waiting.pk)
    assert county.snapshot() == before


def test_the_address_lies_sealed_and_no_line_of_the_log_has_it(town: Town, waiting: Case) -> None:
    post(town.county, waiting)
    with enter(town.county.centre), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM cases_case c")
        row = "".join(text for (text,) in cursor.fetchall())
        cursor.execute("SELECT row_to_json(e)::text FROM cases_caseevent e")
        log = "".join(text for (text,) in cursor.fetchall())
    for part in ("桃花镇1号2室", "13855512345"):
        assert part not in row
        assert part not in log
    assert "EZ123456789CN" not in row


def handed_down_by_post(town: Town) -> Case:
    """An application whose result goes by post, handed down by the city; the city's case."""
    city = town.city
    draft = city.draft(town.zhang, DEVOLVED)
    choose(city, town.zhang, draft)
    with enter(city.centre):
        case = commands.submit_application(actor=town.zhang, case_id=draft.pk)
        commands.hand_down_application(actor=city.clerk, case_id=case.pk)
    relay_all()
    return case


@pytest.mark.req("C-01")
def test_handed_down_the_address_goes_along_and_the_portal_confirms(committed_town: Town) -> None:
    """Chosen at the portal with the application, posted by the county, confirmed at the portal; the county's receipt."""
    town = committed_town
    city, county = town.city, town.county
    case = handed_down_by_post(town)
    below = county.case(case.tracking_number or "")
    where = postal_of(below)
    assert where is not None
    assert (where.address, below.delivery_method) == (ADDRESS["address"], DeliveryMethod.POST)
    assert sealed(county, below).pickup is None
    post(county, below)
    relay_all()
    above = city.fresh(case)
    parcel = postal_of(above)
    assert parcel is not None
    assert (above.status, parcel.carrier, parcel.post_number) == (Status.POSTED, "邮政EMS", "EZ123456789CN")
    confirm(city, town.zhang, above)
    relay_all()
    assert (city.fresh(case).status, county.fresh(below).status) == (Status.DELIVERED, Status.DELIVERED)
    assert "EZ123456789CN" in county.paper_text(below, PaperKind.DELIVERY_RECEIPT)
    assert city.paper_text(case, PaperKind.DELIVERY_RECEIPT) == ""


@pytest.mark.req("C-01")
def test_a_choice_made_at_the_portal_later_reaches_the_centre_below_and_a_return_comes_back(
    committed_town: Town,
) -> None:
    town = committed_town
    city, county = town.city, town.county
    case = city.submitted(town.zhang, DEVOLVED)
    with enter(city.centre):
        commands.hand_down_application(actor=city.clerk, case_id=case.pk)
    relay_all()
    below = sealed(county, county.case(case.tracking_number or ""))
    relay_all()
    assert code_to_show(county.fresh(below))
    choose(city, town.zhang, city.fresh(case))
    relay_all()
    assert (county.fresh(below).pickup, county.fresh(below).delivery_method) == (None, DeliveryMethod.POST)
    post(county, below)
    relay_all()
    assert city.fresh(case).status == Status.POSTED
    take_back(county, below)
    relay_all()
    assert (city.fresh(case).status, city.fresh(case).delivery_method) == (Status.COMPLETED, DeliveryMethod.PICK_UP)


@pytest.mark.req("C-01")
def test_who_only_decides_hears_of_the_parcel_but_not_of_the_address(committed_town: Town) -> None:
    town = committed_town
    city, county = town.city, town.county
    case = city.accept(city.submitted(town.zhang, ENTRUSTED))
    relay_all()
    choose(city, town.zhang, case)
    relay_all()
    other = county.case(case.tracking_number or "")
    assert (other.delivery, other.delivery_method) == (None, DeliveryMethod.PICK_UP)
    county.review(other)
    county.decide(other)
    relay_all()
    city.seal(city.fresh(case))
    post(city, case)
    relay_all()
    told = postal_of(county.fresh(other))
    assert told is not None
    assert (county.fresh(other).status, told.address, told.post_number) == (Status.POSTED, "", "EZ123456789CN")
    confirm(city, town.zhang, case)
    relay_all()
    assert county.fresh(other).status == Status.DELIVERED


def test_a_confirmation_that_crosses_a_return_moves_nothing_below(committed_town: Town) -> None:
    """The parcel is physically back at the county: the word from the portal is written down, the result stays there."""
    town = committed_town
    city, county = town.city, town.county
    case = handed_down_by_post(town)
    below = sealed(county, county.case(case.tracking_number or ""))
    post(county, below)
    relay_all()
    take_back(county, below)
    confirm(city, town.zhang, city.fresh(case))
    relay_all()
    assert county.fresh(below).status == Status.COMPLETED
    assert code_to_show(county.fresh(below))
    with enter(county.centre):
        told = CaseEvent.objects.filter(case=below, step=Step.DELIVERED)
        assert [(line.from_status, line.to_status, line.action) for line in told] == [("COMPLETED", "COMPLETED", "")]
    assert Action.RECORD_DELIVERY.value not in [line.action for line in told]
