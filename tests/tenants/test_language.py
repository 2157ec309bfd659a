"""Text in pairs follows the active language; errors carry both halves."""

from __future__ import annotations

from django.template import Context, Template
from django.utils.translation import override

from zt_tenants.errors import UnknownCentre
from zt_tenants.language import bi, bilingual


def test_chinese_is_first_and_english_on_demand() -> None:
    lazy = bilingual("受理", "Accepted")
    assert (bi("还差{n}份材料", "{n} documents missing", n=1), str(lazy)) == ("还差1份材料", "受理")
    with override("en"):
        assert (bi("还差{n}份材料", "{n} documents missing", n=1), str(lazy)) == ("1 documents missing", "Accepted")


def test_the_template_tag_escapes_what_is_filled_in() -> None:
    template = Template('{% bi "你好，{name}" "Hello {name}" name=who %}')
    assert template.render(Context({"who": "<b>"})) == "你好，&lt;b&gt;"


def test_an_error_speaks_both_languages_and_keeps_its_data() -> None:
    error = UnknownCentre(centre="999999")
    assert "999999" in error.zh_text
    assert "999999" in error.en_text
    assert error.data == {"centre": "999999"}
    with override("en"):
        assert error.text() == error.en_text
