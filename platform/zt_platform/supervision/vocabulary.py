"""The words shown for what travels in ``supervision.event.v1``: codes of steps and statuses, names of figures.

A code of a later release, which :mod:`zt_platform.case_vocabulary` does not know yet, is shown as it came.
"""

from __future__ import annotations

from django.utils.functional import Promise

from zt_platform.case_vocabulary import CaseRole, Status, Step
from zt_platform.catalogue.kinds import CaseKind
from zt_platform.lights import Light
from zt_tenants.language import bilingual

STATUSES: dict[str, Promise | str] = {status.value: status.label for status in Status}
STEPS: dict[str, Promise | str] = {step.value: step.label for step in Step}

MEASURES: dict[str, Promise | str] = {
    "submitted": bilingual("申请", "Submitted"),
    "accepted": bilingual("受理", "Accepted"),
    "refused": bilingual("不予受理", "Not accepted"),
    "withdrawn": bilingual("撤回", "Withdrawn"),
    "completed": bilingual("办结", "Completed"),
    "instant": bilingual("当场办结", "Decided on the spot"),
    "on_time": bilingual("按时办结", "Completed on time"),
    "late": bilingual("超时办结", "Completed late"),
    "limited": bilingual("有时限的办结", "Completed with a limit"),
    "granted": bilingual("准予", "Granted"),
    "denied": bilingual("不予许可", "Denied"),
    "decided": bilingual("作出决定", "Decided"),
    "handed_down": bilingual("转下级", "Handed down"),
    "overrun": bilingual("到期未办", "Limit overrun"),
}
HEAT_MEASURES = ("accepted", "completed", "late", "overrun")

LIGHTS: dict[str, Promise | str] = {
    "RUNNING": bilingual("在办", "Running"),
    "OVERDUE": bilingual("超期（黄牌和红牌）", "Overdue (yellow and red)"),
    **{light.value: light.label for light in (Light.RED, Light.YELLOW, Light.WARNING, Light.GREEN)},
}

KINDS: dict[str, Promise | str] = {kind.value: kind.label for kind in CaseKind}
ROLES: dict[str, Promise | str] = {role.value: role.label for role in CaseRole}


def word(words: dict[str, Promise | str], code: str) -> str:
    """The word for a code in the active language; the code itself when there is none."""
    return str(words.get(code, code))
