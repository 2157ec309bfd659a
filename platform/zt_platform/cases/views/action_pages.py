"""How one act on a case appears in the workbench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from zt_platform.cases.action_forms import ActionForm
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Action

Run = Callable[..., Case]
Words = str | Promise


@dataclass(frozen=True, slots=True)
class ActionPage:
    """The word on its button, the page's title, the word that confirms, its form, its command."""

    slug: str
    action: Action
    label: Words
    title: Words
    confirm: Words
    form: type[ActionForm]
    run: Run
    danger: bool = False
