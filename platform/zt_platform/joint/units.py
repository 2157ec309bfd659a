"""Who is asked, as a form carries it: departments of the centre by ticking them, other centres by name or code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zt_platform.joint.commands import Ask
from zt_platform.joint.queries import Candidate
from zt_tenants.centres import centre_by_code
from zt_tenants.errors import NotFound
from zt_tenants.finding import matching_centres
from zt_tenants.models import Centre

_CODE = re.compile(r"\d{6,12}(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Unit:
    """Whom to ask: a department of the own centre by its code, another centre as a whole or a department of it by name."""

    centre_code: str
    department_code: str = ""
    department_name: str = ""

    def asked(self, *, part: str, days: int) -> Ask:
        """What is asked of it."""
        return Ask(
            centre_code=self.centre_code,
            part=part,
            department_code=self.department_code,
            department_name=self.department_name,
            days=days,
        )


def value_of(candidate: Candidate) -> str:
    """A department or centre as the value of a choice."""
    return f"{candidate.centre_code}/{candidate.department_code}/{candidate.department_name}"


def unit_of(value: str) -> Unit:
    """The unit that a choice's value names."""
    return Unit(*value.split("/", 2))


def units_meant(text: str) -> list[Unit]:
    """The units that the lines of a text name: a centre by its code or so that only one fits, or code and department.

    Raises NotFound, UnknownCentre.
    """
    lines = dict.fromkeys(line.strip() for line in text.splitlines() if line.strip())
    return list(dict.fromkeys(map(_meant, lines)))


def _meant(line: str) -> Unit:
    code = _CODE.match(line)
    if code is None:
        return Unit(_centre_named(line).code)
    centre, rest = centre_by_code(code.group()), line[code.end() :].strip()
    own_names = ("", centre.name, centre.short_name)
    return Unit(centre.code, department_name="" if rest in own_names else rest)


def _centre_named(line: str) -> Centre:
    best = list(matching_centres(line).order_by("rank", "level_rank", "code")[:2])
    exact = [centre for centre in best if line in (centre.name, centre.short_name)]
    chosen = exact or best
    if len(chosen) != 1:
        raise NotFound(
            field="centres",
            zh="没有找到唯一对应“{text}”的中心，请填写中心代码。",
            en="“{text}” names no single centre; enter its code.",
            text=line[:40],
        )
    return chosen[0]
