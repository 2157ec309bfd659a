"""What each paper says: the fields the sources ask for, the articles of the law, and that a deemed act says so."""

from __future__ import annotations

from datetime import UTC, date

import pytest
from paper_cast import ABOUT, REMEDIES

from zt_platform.cases.testing import CHINA, MONDAY
from zt_platform.papers import builders, course_builders
from zt_platform.papers.commands.issuing import compose
from zt_platform.papers.content import Bilingual, PaperContent, Snapshot
from zt_platform.papers.kinds import INTERNAL, PaperKind
from zt_tenants.models import Centre

HEARING = Bilingual("听证", "a hearing")
CITY = Centre(code="340100", name="合肥市政务服务中心")


def text_of(kind: PaperKind, content: PaperContent) -> str:
    """The whole Chinese paper."""
    return composed(kind, content).text()


def composed(kind: PaperKind, content: PaperContent) -> Snapshot:
    """As it would be issued."""
    return compose(kind, None, content, CITY, MONDAY.date(), number="1")


@pytest.mark.req("F-01", "E-10")
def test_the_acceptance_notice_shows_telephone_handler_promise_and_number() -> None:
    content = builders.acceptance(
        ABOUT, accepted_on=date(2026, 3, 2), due_at=MONDAY.replace(hour=17, minute=0), handler="王建国", deemed=False
    )
    text = text_of(PaperKind.ACCEPTANCE, content)
    for said in (
        "窗口电话：0551-63538800",
        "经办人：王建国",
        "承诺办结时间：2026年3月2日17:00前",
        "办件编号：340100-20260302-00017-4",
        "第三十二条第一款第五项",
    ):
        assert said in text


@pytest.mark.req("F-01", "F-04", "L-10")
def test_the_english_annex_gives_moments_and_cards_in_english_and_in_chinas_time() -> None:
    """Whatever zone the instant is kept in: 01:30 UTC is 09:30 in China."""
    due = MONDAY.astimezone(UTC)
    papers = [
        builders.materials_receipt(ABOUT, received=["身份证明"], answer_by=due),
        builders.acceptance(ABOUT, accepted_on=date(2026, 3, 2), due_at=due, handler="Wang", deemed=False),
        builders.delivery_receipt(ABOUT, papers=["x"], method="Window", delivered_at=due),
        course_builders.extension(ABOUT, days=10, reason="x", approved_by="x", due_at=due),
        course_builders.supervision_order(
            ABOUT, department="x", due_at=due, overdue_days=1, demand="x", reply_by=due, red=True
        ),
    ]
    said = {fact.en: fact.value_en or fact.value for paper in papers for fact in paper.facts}
    for label in ("Promised completion", "Now due", "Reply"):
        assert said[label] == "by 2026-03-02 09:30"
    assert said["On"] == said["Promised limit"] == "2026-03-02 09:30"
    assert said["Answer due"].startswith("by 2026-03-02 09:30; if nothing is said by then")
    assert said["Card"] == "Red card"
    assert builders.validity(date(2026, 3, 2), None).value_en == "from 2026-03-02 without end"


def test_article_82_a_limit_on_a_provisional_calendar_is_told_as_such() -> None:
    due_at = MONDAY.replace(year=2027, hour=17, minute=0)
    said = "2027年3月2日17:00前（暂定，2027年放假安排公布后重新计算）"
    accepted = builders.acceptance(
        ABOUT, accepted_on=date(2026, 12, 28), due_at=due_at, provisional=True, handler="王建国", deemed=False
    )
    resumed = course_builders.resumption(
        ABOUT, procedure=HEARING, ended_on=date(2026, 12, 28), due_at=due_at, provisional=True
    )
    extended = course_builders.extension(
        ABOUT, days=10, reason="需要核查", approved_by="本机关负责人", due_at=due_at, provisional=True
    )
    papers = ((PaperKind.ACCEPTANCE, accepted), (PaperKind.RESUMPTION, resumed), (PaperKind.EXTENSION, extended))
    for kind, content in papers:
        assert said in text_of(kind, content)
        assert any((fact.value_en or "").startswith("by 2027-03-02 17:00 (provisional") for fact in content.facts)


def test_article_32_a_deemed_acceptance_says_so_on_its_paper() -> None:
    content = builders.acceptance(ABOUT, accepted_on=date(2026, 3, 2), due_at=MONDAY, handler="王建国", deemed=True)
    text = text_of(PaperKind.ACCEPTANCE, content)
    assert "自收到申请材料之日（2026年3月2日）起即为受理" in text
    assert "依法视为" in text


@pytest.mark.req("F-02", "E-11", "E-12")
def test_article_32_the_correction_lists_every_defect_once() -> None:
    defects = [f"第{number}处缺陷" for number in range(1, 13)]
    text = text_of(PaperKind.CORRECTION, builders.correction(ABOUT, defects=defects))
    assert all(f"{number}. {defect}" in text for number, defect in enumerate(defects, start=1))
    assert "请一次补齐" in text


def test_article_32_the_refusal_is_in_writing_with_reason_and_remedies() -> None:
    text = text_of(PaperKind.REFUSAL, builders.refusal(ABOUT, reason="不属于本机关职权", remedies=REMEDIES))
    assert "决定不予受理。理由：不属于本机关职权。" in text
    assert "行政复议" in text


def test_article_42_the_extension_says_days_reason_and_who_approved() -> None:
    content = course_builders.extension(ABOUT, days=10, reason="需要核查", approved_by="本机关负责人", due_at=MONDAY)
    text = text_of(PaperKind.EXTENSION, content)
    assert "经本机关负责人批准，延长10个工作日" in text
    assert "延长的理由：需要核查。" in text
    assert "第四十二条第一款" in text
    joint = course_builders.extension(ABOUT, days=15, reason="x", approved_by="y", due_at=MONDAY, joint=True)
    assert "第四十二条第二款" in text_of(PaperKind.EXTENSION, joint)


def test_article_44_the_receipt_of_delivery_lists_the_papers() -> None:
    content = builders.delivery_receipt(ABOUT, papers=["决定书 1号"], method="窗口领取", delivered_at=MONDAY)
    text = text_of(PaperKind.DELIVERY_RECEIPT, content)
    assert "决定书 1号" in text
    assert "送达方式：窗口领取" in text
    assert "送达时间：2026年3月2日09:30" in text


def test_article_45_pause_and_resumption_name_the_procedure_and_its_time() -> None:
    text = text_of(PaperKind.PAUSE, course_builders.pause(ABOUT, procedure=HEARING, days_needed=15))
    assert "依法需要进行听证，所需时间为15个工作日，不计入办理期限" in text
    assert "第四十五条" in text
    again = course_builders.resumption(ABOUT, procedure=HEARING, ended_on=date(2026, 3, 9), due_at=MONDAY)
    assert "听证已于2026年3月9日结束" in text_of(PaperKind.RESUMPTION, again)


def test_article_50_a_deemed_grant_says_that_it_is_deemed_and_since_when() -> None:
    content = course_builders.deemed_act(
        ABOUT,
        act=Bilingual("准予延续", "to be renewed"),
        deemed_on=date(2026, 3, 3),
        limit_ended_at=MONDAY,
        legal_basis="《中华人民共和国行政许可法》第五十条第二款",
    )
    text = text_of(PaperKind.DEEMED, content)
    assert "自2026年3月3日起视为准予延续" in text
    assert "依法视为" in text
    assert "第五十条第二款" in text


@pytest.mark.req("F-03", "F-04", "G-03", "G-04")
def test_reminder_and_order_go_to_the_department_and_mask_the_applicant() -> None:
    reminder = course_builders.reminder(
        ABOUT, department="合肥市市场监督管理局", due_at=MONDAY, remaining=Bilingual("1个工作日", "one working day")
    )
    order = course_builders.supervision_order(
        ABOUT,
        department="合肥市市场监督管理局",
        due_at=MONDAY,
        overdue_days=3,
        demand="立即办结",
        reply_by=MONDAY.astimezone(CHINA),
    )
    for kind, content in ((PaperKind.REMINDER, reminder), (PaperKind.SUPERVISION_ORDER, order)):
        paper = composed(kind, content)
        assert kind in INTERNAL
        assert (paper.addressee, paper.letterhead) == ("合肥市市场监督管理局", "合肥市政务服务中心")
        assert "张三丰" not in paper.text()
    assert "已超过承诺办结时间3个工作日" in text_of(PaperKind.SUPERVISION_ORDER, order)


@pytest.mark.req("I-04", "I-05")
def test_the_temporary_permit_lists_what_is_outstanding_and_ends() -> None:
    content = course_builders.temporary_permit(
        ABOUT,
        name="临时施工许可证",
        valid_from=date(2026, 3, 2),
        valid_until=date(2026, 9, 1),
        outstanding=["施工图审查合格书"],
        legal_basis="x",
    )
    text = text_of(PaperKind.TEMPORARY_PERMIT, content)
    for said in ("临时施工许可证", "1. 施工图审查合格书", "自2026年3月2日至2026年9月1日", "逾期失效"):
        assert said in text


def test_a_termination_has_its_reason_and_remedies() -> None:
    content = course_builders.termination(ABOUT, reason="申请人死亡", legal_basis="x", remedies=REMEDIES)
    text = text_of(PaperKind.TERMINATION, content)
    assert "决定终止办理。理由：申请人死亡。" in text
    assert "行政复议" in text


def test_a_snapshot_survives_storage() -> None:
    paper = composed(PaperKind.DENIAL, builders.refusal(ABOUT, reason="x", remedies=REMEDIES))
    assert Snapshot.from_json(paper.to_json()) == paper
