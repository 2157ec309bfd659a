"""The table of sentences is complete, bilingual and names nobody."""

from __future__ import annotations

import pytest
from django.utils.translation import override
from notice_cast import FACTS

from zt_platform.notices.kinds import Event
from zt_platform.notices.wording import WORDINGS, sentence

pytestmark = pytest.mark.req("L-07")


def test_every_event_has_its_sentences() -> None:
    assert set(WORDINGS) == set(Event)


def _without(text: str, *parts: str) -> str:
    for part in parts:
        text = text.replace(part, "")
    return text


@pytest.mark.parametrize("event", list(Event))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_event_renders_in_both_languages(event: Event, language: str) -> None:
    with override(language):
        text = sentence(event, FACTS)
    assert "{" not in text
    assert FACTS["item"] in text or FACTS["issuer"] in text or FACTS["unit"] in text
    plain = _without(text, *(FACTS[name] for name in ("item", "centre", "issuer", "unit", "lead")))
    chinese = sum("一" <= character <= "鿿" for character in plain)
    assert (chinese > 4) is (language == "zh-hans")


@pytest.mark.parametrize("event", list(Event))
def test_both_languages_tell_the_same_facts_and_none_of_a_person(event: Event) -> None:
    wording = WORDINGS[event]
    assert wording.needs <= set(FACTS), "a new fact belongs into the sample, so that it is looked at here"
    for fact in wording.needs:
        assert f"{{{fact}}}" in wording.zh
        assert f"{{{fact}}}" in wording.en
    assert not wording.needs & {"name", "applicant", "id_number", "resident_id", "address", "phone"}
