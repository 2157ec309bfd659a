"""Each article of a law that the code cites has a test named for it: ``test_…article_32_…``.

An article belongs to the law that is named before it in the same text, else to the Administrative Licensing Law
(行政许可法), after which this house counts. A test of another law carries that law's name before the article.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
ROOMS = ("platform/zt_platform", "graphql/zt_graphql", "interop/zt_interop", "storage/zt_storage", "tenants/zt_tenants")
LICENSING = "行政许可法"
LAWS = {
    LICENSING: "",
    "个人信息保护法": "personal_information_protection_law",
    "行政复议法": "reconsideration_law",
    "行政诉讼法": "litigation_law",
    "全国年节及纪念日放假办法": "public_holidays",
}
"""Laws the code cites, and the words in the names of their tests."""
ENGLISH = {
    "Licensing Law": LICENSING,
    "Reconsideration Law": "行政复议法",
    "Litigation Law": "行政诉讼法",
    "Personal Information Protection Law": "个人信息保护法",
}
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_CITED = re.compile(
    rf"(?P<law>{'|'.join([*LAWS, *ENGLISH])})"
    r"|《(?P<other>[^》]{2,40})》"
    r"|[Aa]rt\. ?(?P<numbers>\d{1,3}(?:\(\d\))*(?:(?:, | and | to |、)\d{1,3}(?:\(\d\))*)*)(?!\d)"
    r"|第(?P<chinese>[一二三四五六七八九十百零]+)条"
)


def chinese_number(text: str) -> int:
    """三十二 → 32, 十 → 10, 一百零三 → 103."""
    total, digit = 0, 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def cited_in(text: str) -> Iterator[tuple[str, int]]:
    """Law and article of each citation in one piece of text."""
    law = LICENSING
    for found in _CITED.finditer(text):
        if found["law"]:
            law = ENGLISH.get(found["law"], found["law"])
        elif found["other"]:
            law = next((known for known in LAWS if known in found["other"]), found["other"])
        elif found["chinese"]:
            yield law, chinese_number(found["chinese"])
        else:
            yield from ((law, int(number)) for number in re.findall(r"(?<!\()\b\d{1,3}", found["numbers"]))


def texts_of(path: Path) -> Iterator[str]:
    """Every string and comment of a module; strings that follow each other are one text, as Python joins them."""
    together = ""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT):
            together += token.string
        elif token.type not in (tokenize.NL,):
            if together:
                yield together
            together = ""


def cited_by_the_code() -> dict[tuple[str, int], str]:
    """Law and article → a place that cites it. Data and examples (another law's name in 《…》) are not the house's rules."""
    found: dict[tuple[str, int], str] = {}
    for room in ROOMS:
        for path in sorted((REPOSITORY / room).rglob("*.py")):
            for text in texts_of(path):
                for law, article in cited_in(text):
                    if law in LAWS:
                        found.setdefault((law, article), str(path.relative_to(REPOSITORY)))
    return found


def named_by_tests() -> set[tuple[str, int]]:
    """Law and article of every test that is named for one."""
    found = set()
    for path in sorted(Path(__file__).parent.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                words = next((law for law, slug in LAWS.items() if slug and slug in node.name), LICENSING)
                found |= {(words, int(number)) for number in re.findall(r"articles?_(\d+)", node.name)}
                found |= {(words, int(number)) for number in re.findall(r"articles?_\d+_and_(\d+)", node.name)}
    return found


@pytest.mark.req("E-11")
def test_each_article_that_the_code_cites_has_a_test_named_for_it() -> None:
    cited = cited_by_the_code()
    assert {article for law, article in cited if law == LICENSING} >= {24, 32, 38, 42, 43, 44, 45, 50, 82}
    missing = {f"{law} art. {article}": place for (law, article), place in cited.items()}
    for law, article in named_by_tests():
        missing.pop(f"{law} art. {article}", None)
    assert missing == {}


def test_citations_are_read_as_people_write_them() -> None:
    assert list(cited_in("(art. 32, 42, 45) and art. 42(2), of the 行政复议法 art. 20、24")) == [
        (LICENSING, 32),
        (LICENSING, 42),
        (LICENSING, 45),
        (LICENSING, 42),
        ("行政复议法", 20),
        ("行政复议法", 24),
    ]
    assert list(cited_in("依照《中华人民共和国行政许可法》第三十二条；《食品安全法》第三十五条")) == [
        (LICENSING, 32),
        ("食品安全法", 35),
    ]
    assert [chinese_number(text) for text in ("十", "三十八", "八十二", "一百零三")] == [10, 38, 82, 103]
