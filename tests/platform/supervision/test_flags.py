"""What draws a supervisor's eye: flagged steps of the scope, on a page, as a table, over one index (R-02, R-12, E-12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from zt_platform.case_vocabulary import Step
from zt_platform.supervision import queries
from zt_platform.supervision.flags import FLAG_STEPS, Flag, flag_of
from zt_platform.supervision.models import CaseStep
from zt_platform.supervision.vocabulary import STEPS, word
from zt_tenants.errors import InvalidInput, NotFound


def flagged(feeds, centre, number: str, step: str, *, by: str = "SYSTEM", hours: int = 0):
    """A step of a centre, by whom, some hours after noon."""
    made = feeds.accepted(centre, number)
    at = (feeds_noon(made) + timedelta(hours=hours)).isoformat()
    return replace(made, data={**made.data, "step": step, "actor_role": by, "occurred_at": at})


def feeds_noon(step):
    from datetime import datetime

    return datetime.fromisoformat(step.data["occurred_at"])


def test_every_flag_is_a_step_with_a_word() -> None:
    assert set(FLAG_STEPS) <= set(STEPS)
    assert {flag_of(step) for step in (*FLAG_STEPS, "ACCEPTED")} == set(Flag)


def test_every_step_that_a_centre_can_report_has_its_word_and_a_later_releases_is_shown_as_it_came() -> None:
    with override("zh-hans"):
        shown = {step: word(STEPS, step.value) for step in Step}
        assert shown[Step.STAYS] == "授权未生效，留在本中心办理"
        assert word(STEPS, "OF_A_LATER_RELEASE") == "OF_A_LATER_RELEASE"
    assert not any(said.isascii() for said in shown.values())


@pytest.mark.req("R-02", "R-12", "E-12")
def test_a_supervisor_sees_the_flags_of_the_own_scope_and_nothing_ordinary(
    world, feeds, report, province_scope, city_scope
) -> None:
    report(
        flagged(feeds, world.county, "A1", "SECOND_CORRECTION_REQUESTED", by="SUPERVISOR"),
        flagged(feeds, world.county, "A2", "ACCEPTED", hours=1),
        flagged(feeds, world.county, "A3", "ACCEPTED", by="WINDOW_CLERK", hours=2),
        flagged(feeds, world.other_city, "A4", "RED_CARDED", hours=3),
    )
    everything = [(step.tracking_number, flag_of(step.step)) for step in queries.flagged_steps(province_scope)]
    assert everything == [
        ("A4", Flag.RED_CARDED),
        ("A2", Flag.DEEMED_ACCEPTED),
        ("A1", Flag.SECOND_CORRECTION_REQUESTED),
    ]
    assert [step.tracking_number for step in queries.flagged_steps(city_scope)] == ["A2", "A1"]
    only = queries.flagged_steps(province_scope, flag="DEEMED_ACCEPTED")
    assert [step.tracking_number for step in only] == ["A2"]
    with pytest.raises(NotFound):
        queries.flagged_steps(city_scope, centre=world.other_city.code)
    with pytest.raises(InvalidInput):
        queries.flagged_steps(province_scope, flag="NONE")


def test_the_list_is_one_statement_and_its_index_fits_it(world, feeds, report, province_scope) -> None:
    report(flagged(feeds, world.county, "A1", "RED_CARDED"))
    with CaptureQueriesContext(connection) as found:
        assert len(queries.flagged_steps(province_scope)[:50]) == 1
    assert len(found) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + str(_sql(queries.flagged_steps(province_scope, flag="RED_CARDED")[:50])))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "case_step_flagged" in plan, plan
    assert CaseStep.objects.count() == 1


def _sql(found) -> str:
    with CaptureQueriesContext(connection) as seen:
        list(found)
    return seen[-1]["sql"]
