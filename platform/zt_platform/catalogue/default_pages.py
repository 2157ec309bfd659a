"""The page on which a centre's administrators switch default rules on and off, item by item (G-05, G-06)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from zt_platform.accounts.sessions import actor_for_request
from zt_platform.catalogue import default_commands
from zt_platform.catalogue.defaults import LONGEST_GRACE_DAYS
from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.catalogue.queries import default_rules, items_for_rules
from zt_platform.forms import PlainForm, part_of_page
from zt_platform.organisation.roles import Role
from zt_tenants.clock import today
from zt_tenants.errors import DomainError
from zt_tenants.language import bi, bilingual

GRACE_DAYS = 3
"""Working days after the promised limit, unless the form says otherwise."""


class SwitchOnForm(PlainForm):
    """Which rule for which item, on what legal basis, when and after how many days."""

    kind = forms.ChoiceField(
        label=bilingual("规则", "Rule"),
        choices=DefaultKind.choices,
        initial=DefaultKind.OVERDUE,
        widget=forms.RadioSelect,
        help_text=bilingual(
            "后三种只用于公布为并联审批的事项，并须在征求意见时已经告知",
            "The last three are for items decided jointly, and reach who was told of them when asked",
        ),
    )
    item_code = forms.ChoiceField(label=bilingual("事项", "Item"))
    legal_basis = forms.CharField(
        label=bilingual("依据", "Legal basis"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=bilingual("写明文件名称和条款，会印在每份文书上", "Document and article; printed on every paper"),
    )
    grace_days = forms.IntegerField(
        label=bilingual("承诺期限届满后几个工作日", "Working days after the promised limit"),
        help_text=bilingual("只用于超期默认；并联的三种没有宽限", "For overdue only; joint handling has no grace"),
        required=False,
        min_value=0,
        max_value=LONGEST_GRACE_DAYS,
        initial=GRACE_DAYS,
    )
    valid_from = forms.DateField(
        label=bilingual("从哪天起", "From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=bilingual("到哪天止", "Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=bilingual("不写则一直有效，直到关闭", "Until switched off unless given"),
    )

    def __init__(self, *args: Any, items: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["item_code"]
        if isinstance(field, forms.ChoiceField):
            field.choices = items

    def clean_grace_days(self) -> int:
        """The usual grace where none is written."""
        given = self.cleaned_data["grace_days"]
        return GRACE_DAYS if given is None else int(given)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All rules that were ever switched on here, and the form for another one."""
    return _show(request, None)


@part_of_page(lambda: reverse("catalogue:defaults"))
def switch_on(request: HttpRequest) -> HttpResponse:
    """Switch a rule on."""
    actor = actor_for_request(request)
    actor.require(Role.CENTRE_ADMIN)
    posted = request.POST.copy()
    posted.setdefault("kind", DefaultKind.OVERDUE.value)  # a page of an older release names none: it knew only this one
    form = SwitchOnForm(posted, items=items_for_rules(actor))
    if form.is_valid():
        try:
            default_commands.switch_default_rule_on(actor=actor, **form.cleaned_data)
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, bi("默认规则已开启。", "The default rule is on."))
            return redirect(reverse("catalogue:defaults"))
    return _show(request, form)


@require_POST
def switch_off(request: HttpRequest) -> HttpResponse:
    """Switch a rule off, with the reason."""
    actor = actor_for_request(request)
    actor.require(Role.CENTRE_ADMIN)
    try:
        default_commands.switch_default_rule_off(
            actor=actor,
            item_code=request.POST.get("item_code", "")[:40],
            kind=request.POST.get("kind", DefaultKind.OVERDUE.value)[:20],
            reason=request.POST.get("reason", "")[:500],
        )
    except DomainError as refused:
        messages.warning(request, refused.text())
    else:
        messages.success(request, bi("已关闭。", "It is off."))
    return redirect(reverse("catalogue:defaults"))


def _show(request: HttpRequest, failed: SwitchOnForm | None) -> HttpResponse:
    actor = actor_for_request(request)
    actor.require(Role.CENTRE_ADMIN)
    form = failed or SwitchOnForm(items=items_for_rules(actor), initial={"valid_from": today()})
    context = {"rules": default_rules(actor), "form": form, "failed": failed, "today": today()}
    return render(request, "catalogue/defaults.html", context, status=422 if failed else 200)
