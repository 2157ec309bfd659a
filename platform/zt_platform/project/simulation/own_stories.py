"""What becomes of applications that one centre decides alone: every way that the law and the house's table have."""

from __future__ import annotations

from zt_platform.cases import commands
from zt_platform.cases.vocabulary import Result
from zt_platform.project.simulation.course import Course, Story, days_from
from zt_platform.project.simulation.stage import PERMIT_ENDS, TEMPORARY_DAYS, act, follows
from zt_tenants import clock
from zt_tenants.context import enter

_DEFECTS = ("申请表缺少签字", "证件复印件不清晰，请重新上传")


def granted(course: Course) -> Story:
    """The ordinary road."""
    course.submit()
    yield from course.whole()


def denied(course: Course) -> Story:
    """Denied with reasons and remedies (art. 38)."""
    course.submit()
    yield from course.whole(denied=True)


def on_the_spot(course: Course) -> Story:
    """An instant item: all four steps in one act (E-01)."""
    course.submit()
    yield 0
    course.act("window", commands.decide_on_the_spot, result=Result.GRANTED)
    yield 1
    course.act("clerk", commands.deliver_case, code=course.pick_up_code())


def corrected(course: Course) -> Story:
    """Everything to be corrected is told once; the five days begin anew with the answer (art. 32)."""
    course.submit()
    yield 2
    course.act("clerk", commands.return_for_correction, defects=_DEFECTS)
    yield 6
    course.act("applicant", commands.resubmit_application, note="已补正")
    yield from course.whole()


def told_twice(course: Course) -> Story:
    """A second notice is the supervisor's, and a recorded violation; still defective, it is refused (art. 32)."""
    course.submit()
    yield 1
    course.act("clerk", commands.return_for_correction, defects=_DEFECTS[:1])
    yield 2
    course.act("applicant", commands.resubmit_application)
    yield 1
    act(
        course.stage.supervisor(course.centre),
        course.centre,
        course.number,
        commands.second_correction_notice,
        defects=_DEFECTS[1:],
        reason="第一次告知遗漏",
    )
    yield 2
    course.act("applicant", commands.resubmit_application)
    yield 1
    course.act("clerk", commands.refuse_application, reason="补正后仍不符合法定形式。")


def refused(course: Course) -> Story:
    """Not an item of this organ."""
    course.submit()
    yield 1
    course.act("clerk", commands.refuse_application, reason="申请事项依法不需要取得行政许可。")


def told_elsewhere(course: Course) -> Story:
    """Another organ's competence: told where to apply (art. 32(1)(2))."""
    course.submit()
    yield 0
    course.act("clerk", commands.transfer_by_competence, competent_organ="安徽省自然资源厅")


def deemed_accepted(course: Course) -> Story:
    """Nobody says anything for five working days (art. 32)."""
    course.submit()
    yield 7
    yield from course.decided()
    yield from course.handed_over()


def paused(course: Course) -> Story:
    """Two special procedures that overlap; the second takes longer than was told (art. 45)."""
    course.submit()
    yield from course.accepted()
    yield 1
    course.pause(3)
    yield 1
    course.pause(2, procedure="TESTING")
    yield 2
    course.act("reviewer", commands.resume_case, procedure="EXPERT_REVIEW")
    yield 5
    course.act("reviewer", commands.resume_case, procedure="TESTING")
    yield from course.decided()
    yield from course.handed_over()


def extended(course: Course) -> Story:
    """More time, asked of the head of the organ and approved; used (art. 42)."""
    course.submit()
    yield from course.accepted()
    yield 1
    course.act("reviewer", commands.request_extension, days=10, reason="需要上级机关解释政策")
    yield 1
    course.act("head", commands.approve_extension)
    yield 6
    yield from course.decided()
    yield from course.handed_over()


def extended_jointly(course: Course) -> Story:
    """Several departments decide together: the head of the government extends, by up to fifteen days (art. 42(2))."""
    course.submit()
    yield from course.accepted()
    yield 2
    course.act("reviewer", commands.request_extension, days=15, reason="三部门意见尚未一致")
    yield 0
    course.act("head", commands.approve_extension, government_approval="合政〔2026〕18号")
    yield from course.decided()
    yield from course.handed_over()


def not_extended(course: Course) -> Story:
    """The head refuses more time; it is decided within the limit."""
    course.submit()
    yield from course.accepted()
    yield 0
    course.act("reviewer", commands.request_extension, days=5, reason="人手不足")
    yield 0
    course.act("head", commands.refuse_extension, reason="人手不足不是延长的理由")
    yield from course.decided()
    yield from course.handed_over()


def overdue(course: Course) -> Story:
    """Forgotten: reminder, yellow card, red card; decided at last (F-03, F-04)."""
    course.submit()
    yield from course.accepted()
    yield 14
    yield from course.decided()
    yield from course.handed_over()


def not_collected(course: Course) -> Story:
    """Nobody collects the certificate: delivery has a limit of its own (art. 44)."""
    course.submit()
    yield from course.accepted()
    yield from course.decided()
    yield from course.handed_over(after=13)


def withdrawn_submitted(course: Course) -> Story:
    """Taken back before anybody looked."""
    course.submit()
    yield 0
    course.act("applicant", commands.withdraw_case, reason="计划有变")


def withdrawn_in_correction(course: Course) -> Story:
    """Taken back instead of corrected."""
    course.submit()
    yield 1
    course.act("clerk", commands.return_for_correction, defects=_DEFECTS)
    yield 3
    course.act("applicant", commands.withdraw_case, reason="无法补正")


def withdrawn_pre_reviewed(course: Course) -> Story:
    """Taken back between pre-review and acceptance."""
    course.submit()
    yield 1
    course.act("clerk", commands.pass_pre_review)
    yield 0
    course.act("applicant", commands.withdraw_case)


def withdrawn_accepted(course: Course) -> Story:
    """Taken back after acceptance."""
    course.submit()
    yield from course.accepted()
    yield 1
    course.act("applicant", commands.withdraw_case)


def withdrawn_reviewed(course: Course) -> Story:
    """Taken back the day before the decision, at the window."""
    course.submit()
    yield from course.accepted()
    yield 1
    course.act("reviewer", commands.review_case, opinion="属实")
    yield 0
    course.act("clerk", commands.withdraw_case, reason="申请人到窗口申请撤回")


def withdrawn_paused(course: Course) -> Story:
    """Taken back in the middle of a special procedure."""
    course.submit()
    yield from course.accepted()
    yield 1
    course.pause(10, procedure="APPRAISAL")
    yield 2
    course.act("applicant", commands.withdraw_case)


def terminated_early(course: Course) -> Story:
    """The applicant died before acceptance."""
    course.submit()
    yield 1
    course.act("clerk", commands.terminate_case, reason="申请人死亡")


def terminated(course: Course) -> Story:
    """The matter has gone after acceptance."""
    course.submit()
    yield from course.accepted()
    yield 1
    course.act("approver", commands.terminate_case, reason="许可标的灭失")


def terminated_paused(course: Course) -> Story:
    """The matter has gone during an inspection."""
    course.submit()
    yield from course.accepted()
    yield 1
    course.act("reviewer", commands.review_case, opinion="需要检验")
    yield 0
    course.pause(4, procedure="INSPECTION")
    yield 1
    course.act("approver", commands.terminate_case, reason="设备已报废")


def owed_and_paid(course: Course) -> Story:
    """Accepted with a material to follow, which comes after the reminder (I-06)."""
    with enter(course.centre):
        owed = follows(course.item)
    course.submit(without=(owed,), commits_to_supply=True)
    yield from course.accepted()
    yield 5
    course.add_material(owed)
    yield from course.decided()
    yield from course.handed_over()


def owed_and_unpaid(course: Course) -> Story:
    """The material never comes: nothing can be granted (I-06)."""
    with enter(course.centre):
        owed = follows(course.item)
    course.submit(without=(owed,), commits_to_supply=True)
    yield from course.accepted()
    yield 8
    yield from course.decided(denied=True)
    yield from course.handed_over()


def more_materials(course: Course) -> Story:
    """A paper that nobody asked for comes after acceptance; no clock stops for it."""
    course.submit()
    yield from course.accepted()
    yield 0
    course.add_material("extra")
    yield from course.decided()
    yield from course.handed_over()


def _temporary(course: Course) -> Story:
    """Granted on a signed commitment for a time (I-04, I-05)."""
    course.submit()
    yield 0
    course.act("applicant", commands.sign_commitment, signed_by="本人", agreed=True)
    yield from course.accepted()
    yield 1
    course.act("reviewer", commands.review_case, opinion="符合告知承诺条件")
    yield 0
    until = days_from(clock.today(), TEMPORARY_DAYS)
    course.act("approver", commands.grant_on_commitment, valid_until=until)
    yield from course.handed_over()


def commitment_kept(course: Course) -> Story:
    """Verified: the full certificate replaces the temporary permit."""
    yield from _temporary(course)
    yield 5
    course.act("approver", commands.convert_permit, opinion="现场核查符合承诺")


def commitment_broken(course: Course) -> Story:
    """Verified and not kept: withdrawn, and recorded as a breach."""
    yield from _temporary(course)
    yield 5
    course.act("approver", commands.withdraw_permit, reason="现场核查发现承诺不实", breach=True)


def commitment_forgotten(course: Course) -> Story:
    """Nobody verifies: reminder, and the permit ends by itself."""
    yield from _temporary(course)


def specially_approved(course: Course) -> Story:
    """The head approves that the four steps follow at once (E-17)."""
    course.submit()
    yield 1
    course.act("head", commands.approve_specially, reason="防汛抢险急需")
    yield 0
    course.act("window", commands.decide_on_the_spot, result=Result.GRANTED)
    yield 1
    course.act("clerk", commands.deliver_case, code=course.pick_up_code())


def renewal_deemed(course: Course) -> Story:
    """A renewal asked in time and never answered counts as granted (art. 50)."""
    ends = days_from(clock.today(), 32)
    course.form = {PERMIT_ENDS: ends.isoformat()}
    course.submit()
    yield from course.accepted()
    yield days_from(ends, 2)
    yield from course.handed_over()


def overdue_deemed(course: Course) -> Story:
    """Overdue, and the centre's own rule takes silence for consent (超期默认, G-05)."""
    course.submit()
    yield from course.accepted()
    yield 12
    yield from course.handed_over()


def held(course: Course) -> Story:
    """Claimed, noted and given back by the people at work; nothing of it leaves the house."""
    course.submit()
    yield 0
    course.act("clerk", commands.claim_case)
    course.act("clerk", commands.note_case, note="电话核实过地址")
    yield 0
    course.act("clerk", commands.release_case)
    reviewer = course.stage.staff("reviewer", course.centre)
    course.act("clerk", commands.assign_case, to_account_id=reviewer.account_id)
    yield from course.whole()


def two_steps_late(course: Course) -> Story:
    """Review and decision each run over their own allowance: red before the limit itself may be (domain.md, lights)."""
    course.submit()
    yield 6
    yield 3
    yield from course.decided()
    yield from course.handed_over()


def posted(course: Course) -> Story:
    """By post, and the applicant says that it came (art. 44)."""
    course.submit()
    yield from course.accepted()
    yield from course.decided()
    course.wants_post()
    yield 1
    course.act("clerk", commands.seal_and_complete)
    yield 0
    course.post()
    yield 3
    course.act("applicant", commands.confirm_receipt)


def posted_in_vain(course: Course) -> Story:
    """Nobody was at home: it comes back and is collected at the window."""
    course.submit()
    yield from course.accepted()
    course.wants_post()
    yield from course.decided()
    yield 1
    course.act("clerk", commands.seal_and_complete)
    yield 0
    course.post()
    yield 4
    course.act("clerk", commands.take_back, reason="收件人不在，逾期退回")
    yield 2
    course.act("clerk", commands.deliver_case, code=course.pick_up_code())
