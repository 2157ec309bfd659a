"""A devolved item applied for at the city: handed down before acceptance; the county decides in its own name."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.models import Sum

from zt_interop.log.models import InboxMessage, InboxState
from zt_platform.cases import commands, queries
from zt_platform.cases.models import CaseMaterial, Certificate
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, PDF, at, relay_all
from zt_platform.cases.vocabulary import CaseRole, Result, Status, Step
from zt_platform.supervision.models import CaseRecord, CentreDay
from zt_storage import objects
from zt_storage.models import AttachmentState
from zt_storage.uploads import read_bytes
from zt_tenants.context import enter


def handed_down(town) -> str:
    case = town.city.submitted(town.zhang, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    relay_all()
    return case.tracking_number


@pytest.mark.req("C-01", "C-06", "E-05", "R-03")
def test_the_whole_road(committed_town) -> None:
    town = committed_town
    number = handed_down(town)
    county = town.county
    below = county.case(number)
    assert (below.role, below.status, below.counterpart_code) == (CaseRole.SOLE, Status.SUBMITTED, "340100")
    with at("2026-03-03T10:00"):
        county.accept(below)
        county.review(below)
    with at("2026-03-04T10:00"):
        county.decide(below)
        county.seal(below)
        relay_all()
    with at("2026-03-05T10:00"):
        county.deliver(below)
        relay_all()

    above, below = town.city.case(number), county.case(number)
    assert (above.role, above.status, above.result) == (CaseRole.PORTAL, Status.DELIVERED, Result.GRANTED)
    assert (below.role, below.status, below.result) == (CaseRole.SOLE, Status.DELIVERED, Result.GRANTED)
    assert above.legal_name_of_decider == below.legal_name_of_decider == "肥西县市场监督管理局"
    assert above.due_at == below.due_at
    with enter(town.city.centre):
        assert Certificate.objects.get().number == "肥西市监证〔2026〕00001号"
        steps = [(e.step, e.centre_code) for e in queries.timeline(above)]
        assert not InboxMessage.objects.exclude(state=InboxState.APPLIED).exists()
    with enter(county.centre):
        assert [(e.step, e.centre_code) for e in queries.timeline(below)] == steps
    assert steps[2:] == [
        (Step.HANDED_DOWN, "340100"),
        (Step.RECEIVED, "340123"),
        (Step.ACCEPTED, "340123"),
        (Step.REVIEWED, "340123"),
        (Step.APPROVED, "340123"),
        (Step.COMPLETED, "340123"),
        (Step.DELIVERED, "340123"),
    ]


@pytest.mark.req("E-05", "E-26")
@pytest.mark.parametrize("road", ["handed down", "transferred"])
def test_the_papers_lie_in_the_store_before_the_message_names_them(committed_town, road) -> None:
    town = committed_town
    if road == "handed down":
        below = town.county.case(handed_down(town))
        town.county.accept(below)
    else:
        here = town.city.submitted(town.zhang, ENTRUSTED)
        town.city.accept(here)
        relay_all()
        below = town.county.case(here.tracking_number)
    town.county.review(below)
    with enter(town.county.centre), transaction.atomic():
        commands.decide_case(actor=town.county.approver, case_id=below.pk, result=Result.GRANTED)
        below.refresh_from_db()
        decision, permit = below.decision_paper, Certificate.objects.get(case=below).paper
        assert {file.state for file in (decision, permit)} == {AttachmentState.VERIFIED}
        assert [objects.stat(file.object_key).size for file in (decision, permit)] == [decision.size, permit.size]


@pytest.mark.req("E-11", "L-01")
def test_the_county_asks_for_a_correction_and_the_applicant_answers_at_the_city(committed_town) -> None:
    town = committed_town
    number = handed_down(town)
    with enter(town.county.centre):
        commands.return_for_correction(
            actor=town.county.clerk, case_id=town.county.case(number).pk, defects=["场地证明已过期"]
        )
    relay_all()
    above = town.city.case(number)
    assert (above.status, above.correction_defects) == (Status.CORRECTING, ["场地证明已过期"])

    with enter(town.city.centre):
        old = CaseMaterial.objects.get(case=above, material_code="site")
        commands.detach_material(actor=town.zhang, case_id=above.pk, case_material_id=old.pk)
    town.city.attach(town.zhang, above, "site", PDF + b"% renewed\n")
    with at("2026-03-10T10:00"):
        with enter(town.city.centre):
            commands.resubmit_application(
                actor=town.zhang, case_id=above.pk, form={"place": "桃花镇2号"}, expected_version=None
            )
        relay_all()

    above, below = town.city.case(number), town.county.case(number)
    assert (above.status, below.status) == (Status.HANDED_DOWN, Status.SUBMITTED)
    assert below.form == {"place": "桃花镇2号"}
    assert below.received_on.isoformat() == "2026-03-10"
    with enter(town.county.centre):
        current = {
            m.material_code: read_bytes(m.attachment)
            for m in CaseMaterial.objects.filter(case=below, superseded_at__isnull=True).select_related("attachment")
        }
        assert CaseMaterial.objects.filter(case=below, superseded_at__isnull=False).count() == 1
    assert current == {"id": PDF, "site": PDF + b"% renewed\n"}


@pytest.mark.req("E-11", "L-04")
def test_the_correction_may_also_be_handed_in_at_the_countys_window(committed_town) -> None:
    town = committed_town
    number = handed_down(town)
    below = town.county.case(number)
    with enter(town.county.centre):
        commands.return_for_correction(actor=town.county.clerk, case_id=below.pk, defects=["缺少说明"])
    relay_all()
    town.county.attach(town.county.clerk, below, "extra", PDF + b"% note\n")
    with enter(town.county.centre):
        commands.resubmit_application(actor=town.county.clerk, case_id=below.pk)
    relay_all()
    above = town.city.case(number)
    assert above.status == Status.HANDED_DOWN
    with enter(town.city.centre):
        current = CaseMaterial.objects.filter(case=above, superseded_at__isnull=True)
        assert sorted(current.values_list("material_code", flat=True)) == ["extra", "id", "site"]


@pytest.mark.req("E-11")
def test_a_refusal_below_is_seen_above(committed_town) -> None:
    town = committed_town
    number = handed_down(town)
    with enter(town.county.centre):
        commands.refuse_application(
            actor=town.county.clerk, case_id=town.county.case(number).pk, reason="不属于许可事项"
        )
    relay_all()
    above = town.city.case(number)
    assert above.status == Status.REFUSED
    with enter(town.city.centre):
        assert queries.timeline(above)[-1].note == "不属于许可事项"


@pytest.mark.req("C-01")
def test_declined_below_the_application_is_the_citys_again_with_its_old_clock(committed_town) -> None:
    town = committed_town
    number = handed_down(town)
    due_before = town.city.case(number).acceptance_due_at
    with at("2026-03-03T10:00"), enter(town.county.centre):
        commands.decline_case(actor=town.county.clerk, case_id=town.county.case(number).pk, reason="项目在市区")
    with at("2026-03-03T11:00"):
        relay_all()
        above = town.city.case(number)
        assert (above.status, above.role, above.counterpart_code) == (Status.SUBMITTED, CaseRole.SOLE, "")
        assert above.acceptance_due_at == due_before
        declined = town.county.case(number)
        assert (declined.status, declined.role) == (Status.DECLINED, CaseRole.DECIDING)
        accepted = town.city.accept(above)
    assert (accepted.status, accepted.role) == (Status.ACCEPTED, CaseRole.SOLE)


@pytest.mark.req("R-02", "R-03")
def test_the_province_counts_the_case_once_and_keeps_that_it_was_handed_down(committed_town) -> None:
    town = committed_town
    number = handed_down(town)
    below = town.county.case(number)
    town.county.accept(below)
    town.county.review(below)
    town.county.decide(below)
    town.county.seal(below)
    relay_all()
    told = {
        record.centre_code: (record.role, record.status) for record in CaseRecord.objects.filter(tracking_number=number)
    }
    assert told == {"340100": ("PORTAL", "HANDED_DOWN"), "340123": ("SOLE", "COMPLETED")}
    assert CentreDay.objects.aggregate(n=Sum("completed"))["n"] == 1
    assert CentreDay.objects.aggregate(n=Sum("submitted"))["n"] == 1
    assert CentreDay.objects.aggregate(n=Sum("handed_down"))["n"] == 1


@pytest.mark.req("C-01", "E-11")
def test_time_on_the_way_down_counts_against_the_platform(committed_town) -> None:
    """Art. 32: the five days run from the submission above, however long the application travels."""
    town = committed_town
    case = town.city.submitted(town.zhang, DEVOLVED)
    with at("2026-03-05T10:00"), enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    with at("2026-03-06T10:00"):
        relay_all()
    below = town.county.case(case.tracking_number)
    assert (below.received_on, below.acceptance_due_at) == (case.received_on, case.acceptance_due_at)
    assert (below.submitted_at, below.received_at) == (case.submitted_at, case.submitted_at)
    assert below.arrived_at.date().isoformat() == "2026-03-06"
    with at("2026-03-10T10:00"):
        late = town.county.accept(below)
    assert late.accepted_at == case.submitted_at
