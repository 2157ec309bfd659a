"""The file: PDF/A-3b, the same bytes from the same snapshot in every thread, saying what the paper says."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from paper_cast import REMEDIES, snapshot
from pdf_text import pdf_text

from zt_platform.papers import rendering
from zt_platform.papers.codes import IN_METADATA
from zt_platform.papers.content import Bilingual
from zt_platform.papers.kinds import PaperKind


def test_the_same_snapshot_gives_the_same_bytes_and_another_one_others() -> None:
    first, again = rendering.pdf(snapshot()), rendering.pdf(snapshot())
    assert first == again
    assert rendering.pdf(snapshot(addressee="李四")) != first
    assert rendering.pdf(snapshot(issued_on="2026-03-03")) != first


def test_threads_render_at_once_what_one_alone_renders() -> None:
    wanted = [rendering.digest(rendering.pdf(snapshot(addressee=f"第{number}人"))) for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: rendering.digest(rendering.pdf(snapshot(addressee=f"第{n}人"))), range(24)))
    assert found == wanted
    assert len(set(wanted)) == 24


@pytest.mark.parametrize("kind", list(PaperKind))
def test_every_kind_is_pdf_a_3b_with_embedded_fonts_and_says_its_number_and_names(kind: PaperKind) -> None:
    paper = snapshot(kind, entries=["第一项材料"], remedies=REMEDIES, deemed=kind is PaperKind.DEEMED)
    data = rendering.pdf(paper)
    assert data.startswith(b"%PDF-1.7")
    assert re.search(rb"<pdfaid:part>3</pdfaid:part>.*<pdfaid:conformance>B</pdfaid:conformance>", data, re.DOTALL)
    assert b"/GTS_PDFA1" in data
    assert len(re.findall(rb"/FontFile3 ", data)) == len(re.findall(rb"/Type/FontDescriptor", data)) > 0
    found = IN_METADATA.search(data)
    assert found
    assert found[1].decode() == paper.code
    text = re.sub(r"\s", "", pdf_text(data))
    for said in (paper.number, paper.letterhead, "第一项材料", paper.title.zh, "2026年3月2日", paper.code):
        assert said in text, said
    if kind is PaperKind.DEEMED:
        assert "依法视为" in text


def test_the_english_annex_follows_the_chinese_paper() -> None:
    text = pdf_text(rendering.pdf(snapshot(paragraphs=[Bilingual("决定予以受理。", "It is accepted.")])))
    assert text.index("决定予以受理") < text.index("English annex") < text.index("It is accepted.")


def test_a_preview_has_pages_but_neither_seal_nor_code() -> None:
    seen = snapshot(PaperKind.GRANT, preview=True, code="", verify_url="", number="（签发时编号）")
    pages = rendering.pictures(seen)
    assert len(pages) == 2
    assert all(page.startswith(b"\x89PNG") for page in pages)
    text = pdf_text(rendering.pdf(seen))
    assert "预览" in text
    assert "行政审批专用章" not in text
    assert "行政审批专用章" in pdf_text(rendering.pdf(snapshot(PaperKind.GRANT)))


def test_what_people_write_is_text_and_never_markup() -> None:
    odd = '#eval("1") *粗* $x$ <b> \\ "引号" @x // 注释 ]#['
    text = pdf_text(rendering.pdf(snapshot(addressee=odd, paragraphs=[Bilingual(odd, odd)], entries=[odd])))
    assert re.sub(r"\s", "", text).count(re.sub(r"\s", "", odd)) >= 3


def test_a_long_paper_breaks_into_numbered_pages_and_the_signature_is_not_alone() -> None:
    paragraph = Bilingual("经审查，" + "所提交的材料不符合规定，" * 60, "Not met. " * 60)
    data = rendering.pdf(snapshot(PaperKind.DENIAL, paragraphs=[paragraph] * 2, remedies=REMEDIES))
    text = pdf_text(data)
    pages = int(re.findall(r"共 ?(\d+) ?页", text)[0])
    assert pages >= 3
    assert "页，共" not in text[text.index("如不服本决定") : text.index("扫码核验")], (
        "the last paragraph is on its page"
    )


@pytest.mark.req("F-01", "I-05", "I-06")
@pytest.mark.parametrize("kind", PaperKind)
def test_what_is_listed_is_in_the_chinese_paper_and_in_the_annex(kind: PaperKind) -> None:
    """Owed materials, defects, papers delivered: the Chinese text has force, so the list must not be in the annex alone."""
    listed = "教练员名册（2026年12月4日前）"
    text = re.sub(r"\s", "", pdf_text(rendering.pdf(snapshot(kind, entries=[listed]))))
    one_sheet_in_both_languages = kind in (PaperKind.CERTIFICATE, PaperKind.TEMPORARY_PERMIT)
    assert text.count(listed) == (1 if one_sheet_in_both_languages else 2)


def test_a_bundle_holds_contents_and_every_paper_from_a_page_of_its_own() -> None:
    cover = rendering.Cover(
        "文书合订打印件", "合肥市政务服务中心", "2026-03-02", ("序号", "文书", "文号", "编号", "页"), "说明", "取不到"
    )
    papers = [snapshot(kind, number=f"〔2026〕{index:05d}号") for index, kind in enumerate(PaperKind)]
    text = re.sub(r"\s", "", pdf_text(rendering.bundle(cover, papers)))
    assert text.startswith("文书合订打印件合肥市政务服务中心2026-03-02")
    assert all(text.count(paper.number) >= 2 for paper in papers)
    assert text.count("第1页，共") == len(papers)
