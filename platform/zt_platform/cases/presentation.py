"""A case in words: what stands now, what comes next, by when, who to ask; files and applicants as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.queries import TimelineEntry, applicant_of
from zt_platform.cases.rules import Calendar, working_days_left
from zt_platform.cases.vocabulary import Status, Step
from zt_platform.organisation.queries import office_hours
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar.queries import calendar
from zt_storage.uploads import download_url
from zt_tenants.clock import CHINA, now
from zt_tenants.language import bi, in_chinese

_CROSSING = frozenset({Step.TRANSFERRED, Step.HANDED_DOWN})
_BAD_NEWS = frozenset({Step.REFUSED, Step.REJECTED})
_SHOWN_IMAGES = frozenset({"image/jpeg", "image/png"})


@dataclass(frozen=True, slots=True)
class FileRow:
    """One uploaded file as pages show it; the addresses are signed and short-lived."""

    id: int
    material_code: str
    material_name: str
    file_name: str
    size: int
    sha256: str
    content_type: str
    url: str
    thumbnail_url: str

    @property
    def image(self) -> bool:
        """Whether the file is shown as a picture."""
        return self.content_type in _SHOWN_IMAGES


def file_row(material: CaseMaterial) -> FileRow:
    """A file of a case with the address at which its reader may open it."""
    attachment = material.attachment
    url = download_url(attachment, inline=True)
    return FileRow(
        id=material.pk,
        material_code=material.material_code,
        material_name=material.name,
        file_name=attachment.file_name,
        size=attachment.size or 0,
        sha256=attachment.sha256,
        content_type=attachment.content_type,
        url=url,
        thumbnail_url=url if attachment.content_type in _SHOWN_IMAGES else "",
    )


def applicant_facts(case: Case) -> list[tuple[str, str]]:
    """The applicant of a case that the reader may read: name in full, numbers masked, whether the identity is proven."""
    party = applicant_of(case)
    facts = [
        (bi("姓名或名称", "Name"), party.name),
        (bi("证件号码", "Id number"), party.masked_id),
        (bi("手机", "Mobile"), party.masked_phone),
        (bi("身份核验", "Identity"), bi("已核验", "verified") if party.verified else bi("未核验", "unverified")),
    ]
    if party.agent_name:
        facts.insert(2, (bi("代理人", "Agent"), party.agent_name))
    return facts


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One line of the timeline component; ``state`` is done, now, next, refused or crossing."""

    title: str
    state: str
    at: datetime | None = None
    who: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class TimelineGroup:
    """Consecutive lines at one centre."""

    centre_name: str
    level: str
    entries: Sequence[TimelineLine]


_LEVELS = {
    "PROVINCE": ("省级", "province"),
    "CITY": ("市级", "city"),
    "COUNTY": ("县级", "county"),
    "TOWNSHIP": ("乡镇级", "township"),
}


def _level_of(centre_code: str) -> str:
    """The level that a division code names (GB/T 2260: trailing zeros; nine digits for townships)."""
    if len(centre_code) > 6:
        name = "TOWNSHIP"
    elif centre_code.endswith("0000"):
        name = "PROVINCE"
    else:
        name = "CITY" if centre_code.endswith("00") else "COUNTY"
    return bi(*_LEVELS[name])


def _role_label(value: str) -> str:
    if value in Role.values:
        return str(Role(value).label)
    return {"APPLICANT": bi("申请人", "applicant"), "SYSTEM": bi("系统", "system")}.get(value, "")


def _line(entry: TimelineEntry) -> TimelineLine:
    state = "crossing" if entry.step in _CROSSING else "refused" if entry.step in _BAD_NEWS else "done"
    department = "" if entry.actor_role == "APPLICANT" else entry.department_name
    who = " ".join(part for part in (department, _role_label(entry.actor_role), entry.actor_name) if part)
    note = str(entry.data.get("reason_en") or entry.note) if not in_chinese() else entry.note
    if entry.on_the_way is not None:
        minutes = int(entry.on_the_way.total_seconds()) // 60
        way = bi("{n}分钟", "{n} min", n=minutes) if minutes else bi("不到1分钟", "less than a minute")
        note = " ".join(part for part in (note, bi("路上用时{way}", "on the way for {way}", way=way)) if part)
    return TimelineLine(title=entry.label, state=state, at=entry.occurred_at, who=who, note=note)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands, from the side of the centre that keeps the applicant.

    ``reached`` means that ``now`` only repeats the last line of the timeline: nobody is at work on it.
    """

    now: str
    next: str
    at_counterpart: bool = False
    todo: str = ""
    finished: bool = False
    reached: bool = False


def _away(entries: Sequence[TimelineEntry], counterpart: str) -> Standing:
    """A case that another centre handles: its last step there says how far it is."""
    last = entries[-1].step if entries else None
    match last:
        case Step.TRANSFERRED | Step.HANDED_DOWN:
            return Standing(
                bi("材料正在送往{name}", "On its way to {name}", name=counterpart),
                bi("{name}签收", "{name} receives it", name=counterpart),
            )
        case Step.REVIEWED:
            return Standing(bi("已经审核，等待决定", "Reviewed, decision pending"), bi("作出决定", "Decision"), True)
        case Step.ACCEPTED:
            return Standing(bi("已经受理，正在审核", "Accepted, under review"), bi("作出决定", "Decision"), True)
        case _:
            return Standing(bi("正在审核", "Under review"), bi("作出决定", "Decision"), True)


def standing(status: str, entries: Sequence[TimelineEntry], counterpart: str) -> Standing:
    """Now and next in plain words. ``entries`` is the timeline, ``counterpart`` the other centre's name."""
    match status:
        case Status.DRAFT:
            return Standing(bi("草稿，还没提交", "Draft, not sent"), bi("填完后提交", "Complete it and send"))
        case Status.SUBMITTED:
            return Standing(
                bi("等待窗口预审", "Waiting for pre-review"), bi("受理，或一次告知补正", "Acceptance or one notice")
            )
        case Status.CORRECTING:
            return Standing(
                bi("等您补正", "Waiting for your correction"),
                bi("您补正以后窗口继续审查", "The window goes on after it"),
                todo=bi("请把下面这些一次补齐：", "Please put all of this right:"),
            )
        case Status.PRE_REVIEWED:
            return Standing(bi("预审通过，等待受理", "Pre-reviewed, waiting for acceptance"), bi("受理", "Acceptance"))
        case Status.ACCEPTED:
            return Standing(bi("已经受理，正在审核", "Accepted, under review"), bi("作出决定", "Decision"))
        case Status.HANDED_DOWN | Status.TRANSFERRED:
            return _away(entries, counterpart)
        case Status.REVIEWED:
            return Standing(bi("已经审核，等待决定", "Reviewed, decision pending"), bi("作出决定", "Decision"))
        case Status.APPROVED:
            return Standing(bi("准予许可", "Granted"), bi("盖章办结", "Sealing"), reached=True)
        case Status.REJECTED:
            return Standing(bi("不予许可", "Denied"), bi("盖章办结", "Sealing"), reached=True)
        case Status.COMPLETED:
            return Standing(bi("已经办结", "Completed"), bi("领取结果", "Collect the result"), reached=True)
        case Status.DELIVERED:
            return Standing(bi("已经送达", "Delivered"), bi("全部办完", "Nothing more to do"), finished=True)
        case Status.REFUSED:
            return Standing(
                bi("不予受理", "Not accepted"),
                bi("理由见下，可以补齐后重新申请", "See the reason; you may apply again"),
                finished=True,
            )
        case Status.WITHDRAWN:
            return Standing(bi("您已撤回", "Withdrawn"), bi("需要时可以重新申请", "You may apply again"), finished=True)
        case _:
            return Standing(bi("已退回原中心", "Returned to the sender"), bi("由原中心继续办理", "The sender goes on"))


def timeline_groups(
    entries: Sequence[TimelineEntry], ahead: Standing | None, ahead_at: tuple[str, str]
) -> list[TimelineGroup]:
    """The timeline by centre, oldest first, ending with what is going on and what comes (at centre code, name)."""
    groups = [
        TimelineGroup(name, _level_of(code), [_line(entry) for entry in lines])
        for (code, name), lines in groupby(entries, key=lambda entry: (entry.centre_code, entry.centre_name))
    ]
    if ahead is None or ahead.finished:
        return groups
    coming = [TimelineLine(ahead.next, "next")]
    if not ahead.reached:
        coming.insert(0, TimelineLine(ahead.now, "now"))
    code, name = ahead_at
    if groups and groups[-1].centre_name == name:
        last = groups.pop()
        return [*groups, TimelineGroup(last.centre_name, last.level, [*last.entries, *coming])]
    return [*groups, TimelineGroup(name, _level_of(code), coming)]


def local_calendar() -> Calendar:
    """Working days and office hours of the current centre."""
    return Calendar(days=calendar(), hours=office_hours())


def remaining(due_at: datetime | None, moment: datetime, days: Calendar) -> tuple[str, bool]:
    """The working time left as clerks read it, and whether the limit has passed. "—" where no limit runs."""
    if due_at is None:
        return "—", False
    left = working_days_left(moment, due_at, days)
    if moment > due_at:
        return bi("超期{n}个工作日", "{n} working days over", n=max(1, -left)), True
    if left <= 0:
        return bi("今天 {time} 前", "today by {time}", time=due_at.astimezone(CHINA).strftime("%H:%M")), False
    return bi("{n}个工作日", "{n} working days", n=left), False


def due_note(due_at: datetime | None, days: Calendar) -> str:
    """The limit of a case in words, for its applicant."""
    text, over = remaining(due_at, now(), days)
    return text if over else bi("还剩{text}", "{text} left", text=text)
