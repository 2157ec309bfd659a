"""The staff of a centre, for its administrators: who is on post with which roles, new posts, changes, ends (A-02)."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zt_platform.accounts.queries import account_to_post
from zt_platform.accounts.sessions import actor_for_request
from zt_platform.actors import Actor
from zt_platform.organisation import commands, queries
from zt_platform.organisation.models import StaffMember
from zt_platform.web.forms import PostForm, RolesForm
from zt_tenants.errors import DomainError
from zt_tenants.language import bi


@require_http_methods(["GET", "HEAD", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    """All posts of the centre, department by department, and the form for another one."""
    actor = actor_for_request(request)
    members = queries.staff(actor)
    form = _post_form(request)
    if request.method == "POST" and form.is_valid():
        try:
            member = _post(actor, form)
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, bi("{name}已上岗。", "{name} is on post.", name=member.full_name))
            return redirect(reverse("centre:staff"))
    active = [member for member in members if member.active]
    context = {
        "groups": _by_department(active),
        "ended": [member for member in members if not member.active],
        "total": len(active),
        "form": form,
    }
    return render(request, "web/staff.html", context, status=422 if form.errors else 200)


def _post_form(request: HttpRequest) -> PostForm:
    return PostForm(
        request.POST if request.method == "POST" else None,
        departments=[(one.code, bi(one.name, one.name_en)) for one in queries.departments()],
        windows=[(one.code, f"{one.code} {bi(one.name, one.name_en)}") for one in queries.windows()],
    )


def _post(actor: Actor, form: PostForm) -> StaffMember:
    given = form.cleaned_data
    account = account_to_post(actor, username=given["username"], full_name=given["full_name"])
    return commands.post_staff_member(
        actor=actor,
        account_id=account.id,
        full_name=given["full_name"],
        roles=given["roles"],
        department_code=given["department_code"] or None,
        window_code=given["window_code"] or None,
    )


def _by_department(members: list[StaffMember]) -> list[tuple[str, list[StaffMember]]]:
    """The centre's own people first, then the departments in display order."""

    def place(member: StaffMember) -> tuple[int, str]:
        return (member.department.display_order, member.department.code) if member.department else (-1, "")

    groups = groupby(sorted(members, key=place), key=place)
    return [(_department_name(same[0]), same) for same in (list(run) for _, run in groups)]


def _department_name(member: StaffMember) -> str:
    if member.department is None:
        return bi("中心", "The centre")
    return bi(member.department.name, member.department.name_en)


@require_http_methods(["GET", "HEAD", "POST"])
def post(request: HttpRequest, staff_id: int) -> HttpResponse:
    """One post: its roles, and its end."""
    actor = actor_for_request(request)
    member = queries.staff_member_by_id(actor, staff_id)
    if "end" in request.POST:
        return _end(request, actor, member)
    form = RolesForm(request.POST if request.method == "POST" else None, initial={"roles": member.roles})
    if request.method == "POST" and form.is_valid():
        try:
            commands.change_roles(actor=actor, staff_id=staff_id, roles=form.cleaned_data["roles"])
        except DomainError as refused:
            form.refuse(refused)
        else:
            text = bi("{name}的岗位已修改，立即生效。", "The roles of {name} are changed.", name=member.full_name)
            messages.success(request, text)
            return redirect(reverse("centre:staff"))
    context = {"member": member, "form": form, "department": _department_name(member)}
    return render(request, "web/staff_post.html", context, status=422 if form.errors else 200)


def _end(request: HttpRequest, actor: Actor, member: StaffMember) -> HttpResponse:
    try:
        commands.end_posting(actor=actor, staff_id=member.pk)
    except DomainError as refused:
        messages.error(request, refused.text())
        return redirect(reverse("centre:staff-post", kwargs={"staff_id": member.pk}))
    text = bi("{name}已离岗，权限已收回。", "{name} is off post and holds no rights here.", name=member.full_name)
    messages.success(request, text)
    return redirect(reverse("centre:staff"))
