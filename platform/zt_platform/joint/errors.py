"""Errors of joint handling."""

from __future__ import annotations

from zt_tenants.errors import Conflict, DomainError, NotFound


class NotJointItem(Conflict):
    """Only an item that several departments decide together is handled jointly (行政许可法 art. 26)."""

    code = "NOT_JOINT_ITEM"
    zh = "该事项没有公布为并联审批事项，请按普通程序办理；需要并联的，请先发布并联的事项版本。"
    en = "This item is not published as decided jointly; take the ordinary way, or publish a version that is."


class JointNotOpen(Conflict):
    """Participants are asked once the case is in the register of joint cases."""

    code = "JOINT_NOT_OPEN"
    zh = "本件尚未并联登记，请先登记。"
    en = "The case is not in the register of joint cases; open joint handling first."


class JointOpenAlready(Conflict):
    """A case is registered once."""

    code = "JOINT_OPEN_ALREADY"
    zh = "本件已并联登记，登记号{number}。"
    en = "The case is registered already under {number}."


class CaseNotHere(Conflict):
    """Only the deciding side leads, while the case is accepted and undecided."""

    code = "JOINT_CASE_NOT_HERE"
    zh = "本件现在是“{status}”，由审批机关在受理之后、决定之前组织并联办理。"
    en = "The case is “{status}”; the deciding organ leads joint handling between acceptance and decision."


class OpinionsAwaited(Conflict):
    """Nothing is granted while a participant has not answered."""

    code = "OPINIONS_AWAITED"
    zh = "还没有答复的参与部门：{units}。请等待答复、催办，或者撤回征求意见后再准予。"
    en = "Not answered yet: {units}. Wait, remind them, or recall the request, then grant."


class ObjectionStands(Conflict):
    """Nothing is granted against an objection; only who raised it can give it up (H-12)."""

    code = "OBJECTION_STANDS"
    zh = "不同意的参与部门：{units}。请协调，由该部门自行更改意见；协调不成的，应当不予许可。"
    en = "Objections stand: {units}. Coordinate; only they can change their opinion. Otherwise deny."


class TaskNotFound(NotFound):
    """The current centre has no such task, or the reader may not see it."""

    code = "JOINT_TASK_NOT_FOUND"
    zh = "没有这份联系单，请在联办任务清单里查找。"
    en = "There is no such joint task; look in the list."


class TaskStandsElsewhere(DomainError):
    """The table has no such edge from where the task stands, or it is not this side's act."""

    code = "JOINT_TASK_STANDS_ELSEWHERE"
    zh = "联系单现在是“{status}”，不能{act}，请刷新页面。"
    en = "The joint task is “{status}” now; “{act}” is not possible. Reload the page."


class AskedTwice(Conflict):
    """One open task a participant and case; one that answered revises its opinion itself."""

    code = "JOINT_ASKED_TWICE"
    zh = "已经征求过的单位：{units}。请从名单中去掉；要补充说明的，先撤回原联系单。"
    en = "Asked already: {units}. Take them out of the list, or recall the first request."


class NotAParticipant(Conflict):
    """The lead does not ask itself."""

    code = "JOINT_NOT_A_PARTICIPANT"
    zh = "“{unit}”是本件的牵头部门，不能向自己征求意见，请选择其他部门或中心。"
    en = "“{unit}” leads this case and does not ask itself; choose another department or centre."


class TaskOfAnother(DomainError):
    """A message about a task comes from a centre that has no part in it."""

    code = "JOINT_TASK_OF_ANOTHER"
    zh = "中心{source}与联系单{task}无关，报文已搁置。"
    en = "Centre {source} has no part in joint task {task}; the message is parked."


class MeetingNotFound(NotFound):
    """The case has no such meeting."""

    code = "JOINT_MEETING_NOT_FOUND"
    zh = "本件没有这次会议，请刷新页面。"
    en = "The case has no such meeting; reload the page."


class MeetingOver(Conflict):
    """Minutes are closed once."""

    code = "JOINT_MEETING_OVER"
    zh = "这次会议“{state}”，不能再更改。"
    en = "The meeting is “{state}” and cannot be changed any more."
