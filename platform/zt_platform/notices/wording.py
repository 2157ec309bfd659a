"""The one table of sentences: every event in both languages, whether it is urgent, and which facts it needs.

The sentences name the case, the item and the centre, never a person: no name, no identity number, no address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final

from zt_platform.notices.kinds import Event
from zt_tenants.language import in_chinese

HIDDEN: Final = "******"
SECRETS: Final = frozenset({"code"})
"""Facts that only the addressee reads; staff see :data:`HIDDEN`."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of one event; ``urgent`` ones are sent at night, too."""

    zh: str
    en: str
    urgent: bool = False
    sms: bool = True

    @property
    def needs(self) -> frozenset[str]:
        """The facts that the sentences name."""
        return frozenset(name for text in (self.zh, self.en) for _, name, _, _ in Formatter().parse(text) if name)


WORDINGS: Final[Mapping[Event, Wording]] = {
    Event.SUBMITTED: Wording(
        "您申请的“{item}”已收到，编号{number}。5个工作日内告知是否受理。",
        "Your application “{item}” has arrived, number {number}. You hear within 5 working days whether it is accepted.",
    ),
    Event.CORRECTION_WANTED: Wording(
        "您申请的“{item}”（{number}）需要补正{count}处，请登录“我的办件”查看并补齐；补齐前不计时限。",
        "Your application “{item}” ({number}) needs {count} corrections; see “My cases”. No time is counted until then.",
    ),
    Event.ACCEPTED: Wording(
        "您申请的“{item}”（{number}）已受理，承诺{due}前办结。",
        "Your application “{item}” ({number}) is accepted; the decision is promised by {due}.",
    ),
    Event.REFUSED: Wording(
        "您申请的“{item}”（{number}）不予受理，理由和救济途径见“我的办件”中的通知书。",
        "Your application “{item}” ({number}) is not accepted; reasons and remedies are in the notice in “My cases”.",
    ),
    Event.APPLY_ELSEWHERE: Wording(
        "您申请的“{item}”（{number}）不属本机关职权，应向哪个机关申请见“我的办件”。",
        "“{item}” ({number}) is not for this organ to decide; “My cases” says where to apply.",
    ),
    Event.PAUSED: Wording(
        "“{item}”（{number}）进入特别程序，所需时间不计入时限，详见“我的办件”。",
        "A special procedure has begun for “{item}” ({number}); its time is not counted. See “My cases”.",
    ),
    Event.RESUMED: Wording(
        "“{item}”（{number}）恢复办理，承诺{due}前办结。",
        "“{item}” ({number}) goes on; the decision is promised by {due}.",
    ),
    Event.EXTENDED: Wording(
        "“{item}”（{number}）经批准延长办理期限至{due}，理由见“我的办件”。",
        "The time for “{item}” ({number}) is extended until {due}; the reason is in “My cases”.",
    ),
    Event.LIMIT_MOVED: Wording(
        "工作日历调整，“{item}”（{number}）的承诺办结时限现为{due}。",
        "The work calendar has changed: the decision on “{item}” ({number}) is now promised by {due}.",
        sms=False,
    ),
    Event.MATERIALS_NEAR: Wording(
        "您申请的“{item}”（{number}）还差{count}份承诺补交的材料，请在{due}前到“我的办件”补交。",
        "“{item}” ({number}): {count} papers that you promised are still owed; supply them in “My cases” by {due}.",
    ),
    Event.MATERIALS_OVERDUE: Wording(
        "您申请的“{item}”（{number}）有{count}份承诺补交的材料已逾期（{due}），补齐前不能准予，请立即补交。",
        "“{item}” ({number}): {count} papers that you promised were due by {due}. Nothing is granted without them.",
    ),
    Event.MATERIALS_RECEIVED: Wording(
        "“{item}”（{number}）补交的材料已收到，还差{count}份。",
        "“{item}” ({number}): the papers have arrived; {count} are still owed.",
        sms=False,
    ),
    Event.PERMIT_GRANTED: Wording(
        "“{item}”（{number}）已凭承诺核发临时许可证，有效期至{due}，请在此前配合核查。",
        "“{item}” ({number}): a temporary permit is granted on your commitment until {due}; it is verified before then.",
    ),
    Event.PERMIT_NEAR: Wording(
        "“{item}”（{number}）的临时许可证{due}到期，请补齐材料、配合核查，通过后换发正式证件。电话{telephone}。",
        "“{item}” ({number}): the temporary permit ends on {due}; supply what is owed and have it verified."
        " Telephone {telephone}.",
    ),
    Event.PERMIT_ENDED: Wording(
        "“{item}”（{number}）的临时许可证已于{due}到期失效，请停止使用。电话{telephone}。",
        "“{item}” ({number}): the temporary permit ended on {due} and must not be used any more. Telephone {telephone}.",
    ),
    Event.PERMIT_CONVERTED: Wording(
        "“{item}”（{number}）核查通过，已换发正式证件，可在“我的办件”查看和下载；临时许可证同时作废。",
        "“{item}” ({number}): verified; the full certificate is in “My cases” and replaces the temporary permit.",
    ),
    Event.PERMIT_WITHDRAWN: Wording(
        "“{item}”（{number}）的临时许可证已被撤回，理由和救济途径见“我的办件”。",
        "“{item}” ({number}): the temporary permit is withdrawn; reasons and remedies are in “My cases”.",
    ),
    Event.DEEMED_GRANTED: Wording(
        "“{item}”（{number}）期限届满未作出决定，依照规定视为准予，依据见“我的办件”。",
        "“{item}” ({number}) was not decided in time and counts as granted; the basis is in “My cases”.",
    ),
    Event.READY_TO_POST: Wording(
        "“{item}”（{number}）已办结，{centre}将按您填写的地址邮寄结果。电话{telephone}。",
        "“{item}” ({number}) is completed; {centre} posts the result to the address you gave. Telephone {telephone}.",
    ),
    Event.POSTED: Wording(
        "“{item}”（{number}）的结果已由{carrier}寄出，邮件号{post_number}；收到后请在“我的办件”确认。",
        "The result of “{item}” ({number}) is on its way by {carrier}, {post_number}; confirm in “My cases” when it came.",
    ),
    Event.POSTED_ELSEWHERE: Wording(
        "“{item}”（{number}）的结果已由{centre}寄出，{carrier}邮件号{post_number}；收到后请在“我的办件”确认。",
        "{centre} has posted the result of “{item}” ({number}) by {carrier}, {post_number}; confirm in “My cases”.",
        sms=False,
    ),
    Event.RETURNED: Wording(
        "“{item}”（{number}）的邮件被退回，结果保存在{centre}，请凭取件码{code}或身份证件领取，也可以重新填写地址。电话{telephone}。",
        "The parcel of “{item}” ({number}) came back; collect the result at {centre} with the code {code} or your identity"
        " card, or give another address. Telephone {telephone}.",
    ),
    Event.COLLECT_REMINDED: Wording(
        "“{item}”（{number}）已办结待领，请在{due}前凭取件码{code}或身份证件到{centre}领取。电话{telephone}。",
        "“{item}” ({number}) waits for you: collect it at {centre} by {due} with the code {code} or your identity card."
        " Telephone {telephone}.",
    ),
    Event.TERMINATED: Wording(
        "“{item}”（{number}）终止办理，理由和救济途径见“我的办件”。",
        "“{item}” ({number}) is terminated; reasons and remedies are in “My cases”.",
    ),
    Event.WITHDRAWN: Wording(
        "“{item}”（{number}）已按您的申请撤回。",
        "“{item}” ({number}) is withdrawn as you asked.",
    ),
    Event.READY: Wording(
        "“{item}”（{number}）已办结，请凭取件码{code}或身份证件到{centre}领取结果。电话{telephone}。",
        "“{item}” ({number}) is completed; collect the result at {centre} with the code {code} or your identity card."
        " Telephone {telephone}.",
    ),
    Event.READY_EARLY: Wording(
        "“{item}”（{number}）提前办结（承诺{due}），请凭取件码{code}或身份证件到{centre}领取结果。电话{telephone}。",
        "“{item}” ({number}) is completed early (promised by {due}); collect the result at {centre} with the code {code}"
        " or your identity card. Telephone {telephone}.",
    ),
    Event.READY_ELSEWHERE: Wording(
        "“{item}”（{number}）已在{centre}办结，领取方式由该中心短信告知。",
        "“{item}” ({number}) is completed at {centre}, which texts you how to collect the result.",
        sms=False,
    ),
    Event.DELIVERED: Wording(
        "“{item}”（{number}）的结果已送达。如非本人或所托之人领取，请立即致电{telephone}。",
        "The result of “{item}” ({number}) was handed over. If that was not you or yours, call {telephone} at once.",
        urgent=True,
    ),
    Event.ORDER_GIVEN: Wording(
        "收到{issuer}的督办{number}，请在{due}前回复。",
        "Supervision order {number} of {issuer} is to be answered by {due}.",
        sms=False,
    ),
    Event.ORDER_ANSWERED: Wording(
        "{unit}已回复督办{number}，请审核。",
        "{unit} has answered supervision order {number}; judge the answer.",
        sms=False,
    ),
    Event.ORDER_UNANSWERED: Wording(
        "督办{number}（{unit}）未在{due}前回复。",
        "Supervision order {number} ({unit}) was not answered by {due}.",
        sms=False,
    ),
    Event.JOINT_ASKED: Wording(
        "{lead}就“{item}”（{number}）征求意见，请签收并在{due}前答复。",
        "{lead} asks for an opinion on “{item}” ({number}); sign for it and answer by {due}.",
        sms=False,
    ),
    Event.JOINT_NEAR: Wording(
        "“{item}”（{number}）的联系单请在{due}前答复。",
        "The opinion on “{item}” ({number}) is due by {due}.",
        sms=False,
    ),
    Event.JOINT_LATE: Wording(
        "{unit}未在{due}前就“{item}”（{number}）答复意见。",
        "{unit} gave no opinion on “{item}” ({number}) by {due}.",
        sms=False,
    ),
    Event.JOINT_ANSWERED: Wording(
        "{unit}已就“{item}”（{number}）答复意见。",
        "{unit} has given its opinion on “{item}” ({number}).",
        sms=False,
    ),
    Event.JOINT_DEEMED: Wording(
        "“{item}”（{number}）：{unit}依照公布的规则视为同意。",
        "“{item}” ({number}): by the published rule it counts as consent of {unit}.",
        sms=False,
    ),
    Event.JOINT_RECALLED: Wording(
        "{lead}撤回“{item}”（{number}）的联系单，不用再答复。",
        "{lead} recalls its request on “{item}” ({number}); no opinion is needed any more.",
        sms=False,
    ),
    Event.JOINT_MEETING: Wording(
        "{lead}就“{item}”（{number}）召集的并联会议有新的安排，请查看联系单。",
        "There is news of the joint meeting of {lead} on “{item}” ({number}); see the task.",
        sms=False,
    ),
}


def sentence(event: str, facts: Mapping[str, Any]) -> str:
    """What a notice says in the active language. Raises KeyError when a fact is missing or the event unknown."""
    wording = WORDINGS[Event(event)]
    return (wording.zh if in_chinese() else wording.en).format(**{name: facts[name] for name in wording.needs})
