"""What becomes of applications that two centres handle: entrusted, devolved and forwarded ones, by signed messages only."""

from __future__ import annotations

from zt_platform.cases import commands
from zt_platform.project.simulation.course import Course, Story, days_from
from zt_platform.project.simulation.stage import TEMPORARY_DAYS
from zt_tenants import clock

_DEFECTS = ("平面图与现场不符",)


def _entrusted(course: Course) -> Story:
    """Accepted at the city and sent down at once."""
    course.submit()
    yield from course.accepted(to_centre_code=course.other)


def entrusted(course: Course) -> Story:
    """Decided below in the city's name, sealed above."""
    yield from _entrusted(course)
    yield from course.decided(at=course.other)
    yield from course.handed_over()


def entrusted_denied(course: Course) -> Story:
    """Denied below, told above."""
    yield from _entrusted(course)
    yield from course.decided(at=course.other, denied=True)
    yield from course.handed_over()


def entrusted_paused(course: Course) -> Story:
    """A special procedure and an extension below move both ledgers' limits alike (art. 42, 45)."""
    yield from _entrusted(course)
    yield 1
    course.pause(3, at=course.other, procedure="QUARANTINE")
    yield 3
    course.act("reviewer", commands.resume_case, at=course.other)
    yield 0
    course.act("reviewer", commands.request_extension, at=course.other, days=5, reason="检疫结果待复核")
    yield 0
    course.act("head", commands.approve_extension, at=course.other)
    yield from course.decided(at=course.other)
    yield from course.handed_over()


def entrusted_withdrawn(course: Course) -> Story:
    """Taken back at the city while the county has it."""
    yield from _entrusted(course)
    yield 1
    course.act("applicant", commands.withdraw_case, reason="项目取消")


def _decided_below(course: Course) -> Story:
    yield from _entrusted(course)
    yield 1
    course.act("reviewer", commands.review_case, at=course.other, opinion="属实")
    yield 1
    course.decide(at=course.other)


def entrusted_void(course: Course) -> Story:
    """Withdrawn above in the minute in which it was decided below: the decision is void (docs/decisions/0011)."""
    yield from _decided_below(course)
    course.act("clerk", commands.withdraw_case, reason="申请人到窗口撤回")


def entrusted_too_late(course: Course) -> Story:
    """Withdrawn above half an hour after it was decided below, before the message came: the decision stands."""
    yield from _decided_below(course)
    yield 0
    course.act("clerk", commands.withdraw_case, reason="申请人到窗口撤回")
    yield from course.handed_over()


def entrusted_declined(course: Course) -> Story:
    """Sent back below for want of competence; the city decides itself."""
    yield from _entrusted(course)
    yield 1
    course.act("reviewer", commands.decline_case, at=course.other, reason="超出委托权限")
    yield from course.decided()
    yield from course.handed_over()


def entrusted_terminated(course: Course) -> Story:
    """Ended below without a decision."""
    yield from _entrusted(course)
    yield 1
    course.act("approver", commands.terminate_case, at=course.other, reason="申请单位注销")


def entrusted_with_more(course: Course) -> Story:
    """A paper handed in above travels down."""
    yield from _entrusted(course)
    yield 1
    course.add_material("extra")
    yield from course.decided(at=course.other)
    yield from course.handed_over()


def _devolved(course: Course) -> Story:
    """Handed down before acceptance."""
    course.submit()
    yield 1
    course.act("clerk", commands.hand_down_application, to_centre_code=course.other)
    yield 1


def devolved(course: Course) -> Story:
    """Accepted, decided and delivered below; the city is only the door."""
    yield from _devolved(course)
    yield from course.accepted(at=course.other)
    yield from course.decided(at=course.other)
    yield from course.handed_over(at=course.other)


def devolved_corrected(course: Course) -> Story:
    """Corrected through the city's door."""
    yield from _devolved(course)
    course.act("clerk", commands.return_for_correction, at=course.other, defects=_DEFECTS)
    yield 3
    course.act("applicant", commands.resubmit_application, note="已更正")
    yield 1
    yield from course.accepted(at=course.other)
    yield from course.decided(at=course.other)
    yield from course.handed_over(at=course.other)


def devolved_refused(course: Course) -> Story:
    """Not accepted below."""
    yield from _devolved(course)
    course.act("clerk", commands.refuse_application, at=course.other, reason="不符合申请条件")


def devolved_elsewhere(course: Course) -> Story:
    """Told below to apply to another organ."""
    yield from _devolved(course)
    course.act("clerk", commands.transfer_by_competence, at=course.other, competent_organ="安徽省应急管理厅")


def devolved_declined(course: Course) -> Story:
    """Sent back from below before acceptance; the city takes it."""
    yield from _devolved(course)
    course.act("clerk", commands.decline_case, at=course.other, reason="不在下放范围")
    yield 1
    course.act("clerk", commands.accept_application)
    yield from course.decided()
    yield from course.handed_over()


def devolved_withdrawn(course: Course) -> Story:
    """Taken back at the city's door."""
    yield from _devolved(course)
    course.act("applicant", commands.withdraw_case)


def devolved_paused(course: Course) -> Story:
    """A hearing below, which the city's door shows; ended below without a decision."""
    yield from _devolved(course)
    yield from course.accepted(at=course.other)
    yield 1
    course.pause(5, at=course.other, procedure="HEARING")
    yield 2
    course.act("reviewer", commands.resume_case, at=course.other)
    yield 1
    course.act("approver", commands.terminate_case, at=course.other, reason="企业关闭")


def forwarded(course: Course) -> Story:
    """Accepted and reviewed below, decided above (art. 43)."""
    course.submit()
    yield from course.accepted(to_centre_code=course.other)
    yield 1
    course.act("reviewer", commands.review_case, opinion="材料齐全，建议准予。")
    yield from course.decided(at=course.other)
    yield from course.handed_over()


def forwarded_late(course: Course) -> Story:
    """The review below runs over its own twenty days (art. 43), with a pause in it."""
    course.submit()
    yield from course.accepted(to_centre_code=course.other)
    yield 1
    course.pause(2, procedure="BIDDING")
    yield 2
    course.act("reviewer", commands.resume_case)
    yield 22
    course.act("reviewer", commands.review_case, opinion="建议不予。")
    yield from course.decided(at=course.other, denied=True)
    yield from course.handed_over()


def forwarded_withdrawn(course: Course) -> Story:
    """Taken back below while the city has it in a special procedure."""
    course.submit()
    yield from course.accepted(to_centre_code=course.other)
    yield 1
    course.act("reviewer", commands.review_case, opinion="属实")
    yield 2
    course.pause(6, at=course.other, procedure="AUCTION")
    yield 2
    course.act("applicant", commands.withdraw_case)


def kept_here(course: Course) -> Story:
    """The hand-over is not done: the delegation is not in force, the case stays, and the applicant is told why (C-02)."""
    course.submit()
    yield from course.whole()


def devolved_posted(course: Course) -> Story:
    """Asked for at the city's door, posted below, returned, posted again, and confirmed at the door."""
    yield from _devolved(course)
    course.wants_post()
    yield 1
    yield from course.accepted(at=course.other)
    yield from course.decided(at=course.other)
    yield 1
    course.act("clerk", commands.seal_and_complete, at=course.other)
    yield 0
    course.post(at=course.other)
    yield 2
    course.act("clerk", commands.take_back, at=course.other, reason="地址不详退回")
    yield 1
    course.wants_post()
    yield 1
    course.post(at=course.other)
    yield 2
    course.act("applicant", commands.confirm_receipt)


def _permitted_below(course: Course) -> Story:
    """Signed at the city's counter, granted below for a time, sealed and handed over (I-04, I-05)."""
    yield 1
    course.act("reviewer", commands.review_case, at=course.other, opinion="符合告知承诺条件")
    yield 0
    until = days_from(clock.today(), TEMPORARY_DAYS)
    course.act("approver", commands.grant_on_commitment, at=course.other, valid_until=until)


def _signed(course: Course) -> None:
    course.act("applicant", commands.sign_commitment, signed_by="本人", agreed=True)


def permit_kept(course: Course) -> Story:
    """An entrusted permit on a commitment: the terms go down, the permit comes back, and so does the certificate."""
    course.submit()
    yield 0
    _signed(course)
    yield from course.accepted(to_centre_code=course.other)
    yield from _permitted_below(course)
    yield from course.handed_over()
    yield 4
    course.act("approver", commands.convert_permit, at=course.other, opinion="现场核查与承诺一致")


def permit_forgotten(course: Course) -> Story:
    """Signed while the county already has it; nobody verifies: it ends at both ends, the applicant hears of it above."""
    yield from _entrusted(course)
    yield 1
    _signed(course)
    yield from _permitted_below(course)
    yield from course.handed_over()


def permit_broken(course: Course) -> Story:
    """Signed at the city's door after it was handed down; not kept: withdrawn below, which the door shows."""
    yield from _devolved(course)
    _signed(course)
    yield 1
    yield from course.accepted(at=course.other)
    yield from _permitted_below(course)
    yield from course.handed_over(at=course.other)
    yield 4
    course.act("approver", commands.withdraw_permit, at=course.other, reason="未按承诺建设", breach=True)
