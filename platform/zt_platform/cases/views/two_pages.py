"""One application on two pages: what the newer state is, and what the applicant looked at when he filled in his."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.http import HttpRequest, JsonResponse

from zt_platform.cases.item_forms import readable_answers
from zt_platform.cases.meanwhile import CaseChanged, form_mark
from zt_platform.cases.models import Case
from zt_platform.catalogue.models import ItemVersion
from zt_platform.link_values import seen_version
from zt_tenants.errors import Conflict
from zt_tenants.language import bi


@dataclass(frozen=True, slots=True)
class Difference:
    """One field whose answer is another one elsewhere than on the page."""

    label: str
    here: str
    there: str


@dataclass(frozen=True, slots=True)
class OtherState:
    """The newer state of an application: what happened, and where its answers differ from those on the page."""

    text: str
    since: list[dict[str, Any]]
    differences: list[Difference]

    @classmethod
    def found(cls, changed: CaseChanged, version: ItemVersion, case: Case, answers: Mapping[str, Any]) -> Self:
        """``case`` as it is now, ``answers`` as they are on the page."""
        here, there = dict(readable_answers(version, answers)), dict(readable_answers(version, case.form))
        labels = [label for label in {**here, **there} if here.get(label, "") != there.get(label, "")]
        return cls(
            changed.text(),
            changed.data["since"],
            [Difference(label, here.get(label, ""), there.get(label, "")) for label in labels],
        )


def seen_by(request: HttpRequest) -> dict[str, Any]:
    """What the page began with: the version of the application and the mark of its answers; nothing from a page of an
    earlier release."""
    version = seen_version(request)
    return {
        "expected_version": version,
        "seen_form": request.POST.get("form_seen", "")[:32] if version is not None else "",
    }


def kept(case: Case) -> JsonResponse:
    """What autosave.js is told: saved, and the state that the page goes on from."""
    return JsonResponse({"saved": True, "lock_version": case.lock_version, "form_seen": form_mark(case)})


def not_kept(changed: Conflict, *, newer_url: str) -> JsonResponse:
    """What autosave.js is told when the application was changed elsewhere, or handed in: it stops."""
    word = bi("载入较新的内容", "Load what is newer")
    return JsonResponse({"changed": changed.text(), "newer_url": newer_url, "word": word}, status=409)
