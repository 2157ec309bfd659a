"""Contents and snapshots for the tests of papers."""

from __future__ import annotations

from zt_platform.cases.testing import MONDAY
from zt_platform.papers.builders import AboutCase
from zt_platform.papers.content import Bilingual, Fact, PaperContent, Snapshot
from zt_platform.papers.kinds import TITLES, WITH_REMEDIES, PaperKind

REMEDIES = Bilingual("如不服本决定，可以申请行政复议。", "You may apply for reconsideration.")
ABOUT = AboutCase(
    tracking_number="340100-20260302-00017-4",
    item_name="食品经营许可",
    applicant="张三丰",
    applicant_masked="张**",
    submitted_on=MONDAY.date(),
    contact="0551-63538800",
)


def content(kind: PaperKind = PaperKind.ACCEPTANCE, **changes: object) -> PaperContent:
    """A paper's content that is allowed for a kind."""
    values: dict[str, object] = {
        "addressee": "张三丰",
        "addressee_masked": "张**",
        "paragraphs": [Bilingual("你提出的申请，决定予以受理。", "Your application is accepted.")],
        "facts": [Fact("窗口电话", "Telephone", "0551-63538800")],
        "remedies": REMEDIES if kind in WITH_REMEDIES else None,
        "tracking_number": "340100-20260302-00017-4",
    }
    return PaperContent(**{**values, **changes})  # type: ignore[arg-type]


def snapshot(kind: PaperKind = PaperKind.ACCEPTANCE, **changes: object) -> Snapshot:
    """A paper as it was issued, without a database."""
    values: dict[str, object] = {
        "kind": kind.value,
        "number": "合市监受〔2026〕00017号",
        "title": TITLES[kind],
        "letterhead": "合肥市市场监督管理局",
        "addressee": "张三丰",
        "paragraphs": [Bilingual("你提出的申请，决定予以受理。", "Your application is accepted.")],
        "issued_on": "2026-03-02",
        "code": "340100-7K3M-9QXT-2WBD-VN4C",
        "verify_url": "https://example.invalid/verify/340100-7K3M-9QXT-2WBD-VN4C/",
        "facts": [Fact("窗口电话", "Telephone", "0551-63538800")],
        "legal_basis": "《中华人民共和国行政许可法》第三十二条",
        "seal_name": "行政审批专用章",
        "issuer": "合肥市政务服务中心",
        "tracking_number": "340100-20260302-00017-4",
    }
    return Snapshot(**{**values, **changes})  # type: ignore[arg-type]
