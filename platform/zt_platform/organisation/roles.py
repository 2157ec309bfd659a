"""The roles a staff member may hold in a centre (A-02, A-09)."""

from __future__ import annotations

from django.db import models

from zt_platform.actors import Actor, ActorKind
from zt_tenants.language import bilingual


class Role(models.TextChoices):
    """What a staff member of a centre may do there, and only there."""

    WINDOW_CLERK = "WINDOW_CLERK", bilingual("窗口人员", "Window clerk")
    REVIEWER = "REVIEWER", bilingual("审核人员", "Reviewer")
    APPROVER = "APPROVER", bilingual("审批人员", "Approver")
    CENTRE_ADMIN = "CENTRE_ADMIN", bilingual("中心管理人员", "Centre administrator")
    SUPERVISOR = "SUPERVISOR", bilingual("监察人员", "Supervisor")
    DEPARTMENT_HEAD = "DEPARTMENT_HEAD", bilingual("部门负责人", "Head of department")


def require_administrator(actor: Actor) -> None:
    """Refuse unless the actor administers the current centre, or is the platform itself. Raises NotPermitted."""
    if actor.kind is not ActorKind.SYSTEM:
        actor.require(Role.CENTRE_ADMIN)
