"""A forwarded item: the county accepts and reviews (art. 43), the city decides, the county delivers."""

from __future__ import annotations

import pytest

from zt_interop.log.models import InboxMessage, InboxState
from zt_platform.cases import queries
from zt_platform.cases.models import Certificate
from zt_platform.cases.testing import FORWARDED, at, relay_all
from zt_platform.cases.vocabulary import CaseRole, Result, Status, Step
from zt_tenants.context import enter


@pytest.mark.req("C-01", "C-11", "E-05", "R-03", "B-18", "E-04")
def test_the_whole_road(committed_town) -> None:
    town = committed_town
    city, county = town.city, town.county
    case = county.submitted(town.zhang, FORWARDED)
    number = case.tracking_number
    with at("2026-03-02T10:00"):
        accepted = county.accept(case)
    assert (accepted.status, accepted.role) == (Status.ACCEPTED, CaseRole.ACCEPTING)
    assert accepted.statutory_due_at is None
    assert accepted.review_due_at.date().isoformat() == "2026-03-30"
    relay_all()
    with enter(city.centre):
        assert not InboxMessage.objects.filter(channel="case").exists()

    with at("2026-03-04T10:00"):
        sent = county.review(case, "材料属实，建议准予")
    assert sent.status == Status.TRANSFERRED
    assert sent.due_at == accepted.due_at
    assert sent.statutory_due_at.date().isoformat() == "2026-04-01"
    with at("2026-03-04T10:05"):
        relay_all()
    above = city.case(number)
    assert (above.status, above.role, above.due_at) == (Status.ACCEPTED, CaseRole.DECIDING, accepted.due_at)
    with at("2026-03-05T10:00"):
        city.review(above)
        city.decide(above)
        relay_all()
    below = county.case(number)
    assert (below.status, below.result) == (Status.APPROVED, Result.GRANTED)
    assert below.seal_name == "合肥市市场监督管理局行政审批专用章"
    with at("2026-03-06T10:00"):
        county.seal(below)
        county.deliver(below)
        relay_all()

    above, below = city.case(number), county.case(number)
    assert (above.status, below.status) == (Status.DELIVERED, Status.DELIVERED)
    assert below.legal_name_of_decider == above.legal_name_of_decider == "合肥市市场监督管理局"
    assert below.seal_name == "合肥市市场监督管理局行政审批专用章"
    with enter(county.centre):
        assert Certificate.objects.get().number == "合市监证〔2026〕00001号"
        lines = [(e.step, e.centre_code, e.note) for e in queries.timeline(below)]
        assert not InboxMessage.objects.exclude(state=InboxState.APPLIED).exists()
    with enter(city.centre):
        assert [(e.step, e.centre_code, e.note) for e in queries.timeline(above)] == lines
        assert not InboxMessage.objects.exclude(state=InboxState.APPLIED).exists()
    assert [(step, centre) for step, centre, _ in lines[2:]] == [
        (Step.ACCEPTED, "340123"),
        (Step.REVIEWED, "340123"),
        (Step.TRANSFERRED, "340123"),
        (Step.RECEIVED, "340100"),
        (Step.REVIEWED, "340100"),
        (Step.APPROVED, "340100"),
        (Step.COMPLETED, "340123"),
        (Step.DELIVERED, "340123"),
    ]
    assert (Step.REVIEWED, "340123", "材料属实，建议准予") in lines
