"""A case in words: what stands now, what comes next, by when, who to ask; files and applicants as pages show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from zt_platform.cases.commands.timing import pauses_of
from zt_platform.cases.limits import APPROVED, REFUSED, REQUESTED, Left, StepTime, time_left
from zt_platform.cases.models import Case, CaseMaterial
from zt_platform.cases.queries import TimelineEntry, applicant_of
from zt_platform.cases.rules import Calendar
from zt_platform.cases.vocabulary import Light, SpecialProcedure, Status, Step
from zt_platform.lights import light
from zt_platform.organisation.queries import office_hours
from zt_platform.organisation.roles import Role
from zt_platform.workcalendar.queries import calendar
from zt_storage.models import Attachment
from zt_storage.uploads import download_url
from zt_tenants.clock import CHINA, now
from zt_tenants.language import bi, in_chinese

_CROSSING = frozenset({Step.TRANSFERRED, Step.HANDED_DOWN})
_BAD_NEWS = frozenset({Step.REFUSED, Step.REJECTED})
_NO_WARNING: dict[str, None] = {"warning_at": None, "red_at": None, "stopped_at": None}
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
    attachment: Attachment

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
        attachment=attachment,
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


def standing(status: str, entries: Sequence[TimelineEntry], counterpart: str, *, by_post: bool = False) -> Standing:
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
            following = bi("窗口寄出", "It is posted") if by_post else bi("领取结果", "Collect the result")
            return Standing(bi("已经办结", "Completed"), following, reached=True)
        case Status.POSTED:
            return Standing(
                bi("已经寄出", "Posted"), bi("您收到后确认", "You confirm that it has arrived"), reached=True
            )
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
        case Status.SUSPENDED:
            return Standing(
                bi("正在进行特别程序，这段时间不计入时限", "A special procedure is under way; its time is not counted"),
                bi("程序结束后继续办理", "The case goes on when it ends"),
            )
        case Status.TERMINATED:
            return Standing(bi("已终止办理", "Terminated"), bi("理由见下", "See the reason"), finished=True)
        case Status.TRANSFERRED_BY_COMPETENCE:
            return Standing(
                bi("不属于本机关职权", "Not this organ's competence"),
                bi("请按下面写明的机关重新申请", "Apply to the organ named below"),
                finished=True,
            )
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


def steps_of(case: Case) -> list[StepTime]:
    """The steps of a case with their allowances."""
    return [StepTime.from_stored(step) for step in case.step_times]


def local_calendar() -> Calendar:
    """Working days and office hours of the current centre."""
    return Calendar(days=calendar(), hours=office_hours())


def remaining(due_at: datetime | None, moment: datetime, days: Calendar) -> tuple[str, bool]:
    """The working time left as people read it, and whether the limit has passed. "—" where no limit runs.

    Working days and hours; marked where it rests on a year whose calendar has not been published (art. 82).
    """
    if due_at is None:
        return "—", False
    left = time_left(moment, due_at, days)
    if left.over:
        text = bi("超期{time}", "{time} over", time=_span(left))
    elif due_at.astimezone(CHINA).date() == moment.astimezone(CHINA).date():
        text = bi("今天 {time} 前", "today by {time}", time=due_at.astimezone(CHINA).strftime("%H:%M"))
    else:
        text = _span(left)
    return (bi("{text}（暂定）", "{text} (provisional)", text=text) if left.provisional else text), left.over


def _span(left: Left) -> str:
    """“3个工作日2小时”; a part of an hour is an hour when it is over and none when it is left."""
    days = bi("{n}个工作日", "{n} working days", n=left.days) if left.days != 1 else bi("1个工作日", "1 working day")
    hours = bi("{n}小时", "{n} hours", n=left.hours) if left.hours != 1 else bi("1小时", "1 hour")
    if not left.hours and not left.days:
        return bi("不到1小时", "less than an hour")
    parts = ([days] if left.days else []) + ([hours] if left.hours else [])
    return bi("", " ").join(parts)


def time_left_of(case: Case, moment: datetime, days: Calendar) -> Left | None:
    """What is left of the limit that runs now, or will run again after a special procedure; None when none does."""
    if case.paused_at is not None and case.due_at is not None and not case.is_closed:
        return time_left(case.paused_at, case.due_at, days)
    return time_left(moment, case.running_due_at, days) if case.running_due_at else None


def remaining_of(case: Case, moment: datetime, days: Calendar) -> tuple[str, bool]:
    """The same for a case: while a special procedure runs, what will be left of the limit when it ends (art. 45)."""
    left = time_left_of(case, moment, days)
    if case.paused_at is None or left is None:
        return remaining(case.running_due_at, moment, days)
    if left.over:
        return bi("暂停计时；已超期{time}", "standing still; {time} over", time=_span(left)), True
    return bi("暂停计时，尚余{time}", "standing still, {time} left", time=_span(left)), False


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit of a case: what it is, when it ends, what is left, and its light."""

    name: str
    due_at: datetime
    left: str
    over: bool
    light: Light | str


def limit_rows(case: Case, moment: datetime, days: Calendar) -> list[LimitRow]:
    """Every limit of a case that has begun and is not over and done with; the measured one has the case's light."""
    seen = case.paused_at or moment
    if case.is_closed:
        return []
    if case.is_decided:
        found = [(bi("送达时限（第四十四条）", "Delivery (art. 44)"), case.delivery_due_at, "")]
    elif case.accepted_at is None:
        found = [(bi("受理时限（第三十二条）", "Acceptance (art. 32)"), case.acceptance_due_at, "")]
        found = found if case.running_due_at else []
    else:
        statutory = bi("法定时限", "Statutory limit")
        review = bi("初审时限（第四十三条）", "Review (art. 43)")
        found = [
            (bi("承诺时限", "Promised limit"), case.due_at, case.light_at(moment)),
            (statutory, case.statutory_due_at, light(seen, due_at=case.statutory_due_at, **_NO_WARNING)),
            (review, None if case.transferred_at else case.review_due_at, ""),
            *((bi("本环节时限", "This step"), step.due, "") for step in steps_of(case) if step.ended is None),
        ]
    rows = []
    for name, due_at, lit in found:
        if due_at is not None:
            left, over = remaining(due_at, seen, days)
            rows.append(LimitRow(name, due_at, left, over, lit))
    return rows


def due_note(due_at: datetime | None, days: Calendar) -> str:
    """The limit of a case in words, for its applicant."""
    text, over = remaining(due_at, now(), days)
    return text if over else bi("还剩{text}", "{text} left", text=text)


def clock_facts(case: Case, *, public: bool = False) -> list[tuple[str, str]]:
    """What has happened to the clock, in words: special procedures and the extension (art. 42, 45).

    ``public``: as the applicant is told, without what the organ only asks itself.
    """
    facts = []
    for pause in pauses_of(case):
        since, until = (_moment(at) if at else "" for at in (pause.since, pause.until))
        running = bi(
            "{since} 起，预计{n}个工作日", "since {since}, about {n} working days", since=since, n=pause.expected_days
        )
        ended = bi("{since} 至 {until}", "{since} to {until}", since=since, until=until)
        facts.append((str(SpecialProcedure(pause.procedure).label), ended if until else running))
    asked = case.extension
    if asked and (asked["state"] == APPROVED or not public):
        text = bi(
            "{n}个工作日：{reason}",
            "{n} working days: {reason}",
            n=asked.get("days", 0),
            reason=asked.get("reason", ""),
        )
        facts.append((_EXTENSION_WORDS[asked["state"]](), text))
    return facts


_EXTENSION_WORDS: dict[str, Callable[[], str]] = {
    REQUESTED: lambda: bi("提请延长（待批准）", "Extension asked for"),
    APPROVED: lambda: bi("已延长", "Extended"),
    REFUSED: lambda: bi("未同意延长", "Extension refused"),
}


def _moment(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
