"""What stands in the way of a grant: an opinion that is owed, an objection that stands (H-12)."""

from __future__ import annotations

from zt_platform.cases.models import Case
from zt_platform.joint.errors import ObjectionStands, OpinionsAwaited
from zt_platform.joint.models import JointTask, units
from zt_platform.joint.vocabulary import Opinion


def require_all_agreed(case: Case) -> None:
    """Refuse to grant a joint case while somebody has not answered, or objects; a case that is not joint asks nobody.

    One statement, none for a case outside the register. The lead may deny at any time.
    Raises OpinionsAwaited, ObjectionStands; both name who it is.
    """
    if case.joint_opened_at is None:
        return
    tasks = list(JointTask.objects.of_case(case.tracking_number or "").defer("facts"))
    awaited = [task for task in tasks if task.is_open]
    if awaited:
        raise OpinionsAwaited(units=units(awaited))
    against = [task for task in tasks if task.opinion == Opinion.OBJECTION]
    if against:
        raise ObjectionStands(units=units(against))
