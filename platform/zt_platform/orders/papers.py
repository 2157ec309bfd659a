"""What the paper of a supervision order between levels says (F-04). Orders at a limit of a case: cases.limit_papers."""

from __future__ import annotations

from zt_platform.orders.models import SupervisionOrder
from zt_platform.orders.vocabulary import Kind
from zt_platform.papers.builders import deadline
from zt_platform.papers.content import Bilingual, Fact, PaperContent

_TITLES = {
    Kind.YELLOW_CARD: Bilingual("黄牌督办通知书", "Yellow-Card Supervision Order"),
    Kind.RED_CARD: Bilingual("红牌督办通知书", "Red-Card Supervision Order"),
}


_GRADES = {Kind.YELLOW_CARD: Bilingual("黄牌", "Yellow card"), Kind.RED_CARD: Bilingual("红牌", "Red card")}
"""The paper's own words, whatever language is active; a plain order has no card."""


def order_content(order: SupervisionOrder, *, case_number: str) -> PaperContent:
    """The order, to the centre or department that has to answer; ``case_number`` as it is printed, '' without a case."""
    addressee = order.department_name or order.addressee_name
    said = [
        Bilingual(
            "根据监察情况，现对你单位提出如下督办意见：",
            "Following supervision, the following is ordered:",
        ),
        Bilingual(order.reason, order.reason),
        Bilingual(
            "请在回复时限内书面说明情况、原因和整改结果，并附有关材料。",
            "Explain in writing by the date below what happened, why, and what was put right, with evidence.",
        ),
    ]
    facts = [Fact("办件编号", "Case number", case_number)] if case_number else []
    if Kind(order.kind) in _GRADES:
        facts.append(Fact("监察等级", "Card", *_GRADES[Kind(order.kind)]))
    facts.append(deadline("回复时限", "Reply", order.answer_due_at))
    return PaperContent(
        addressee=addressee,
        addressee_masked=addressee,
        paragraphs=said,
        title=_TITLES.get(Kind(order.kind)),
        facts=facts,
        tracking_number=case_number,
        contact=order.issued_by,
    )
