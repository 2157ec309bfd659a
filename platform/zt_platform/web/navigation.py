"""The ways through the site: which links the header and the footer show to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zt_platform.actors import Actor
from zt_platform.organisation.roles import Role
from zt_tenants.language import bi
from zt_tenants.models import Centre, Level
from zt_tenants.urls import centre_url, portal_url


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """One link of the navigation; ``current`` when the page lies under it, ``exact`` when it is the page.

    ``count``: how many things wait behind it; 0 says nothing.
    """

    label: str
    url: str
    current: bool = False
    exact: bool = False
    count: int = 0


def _link(label: str, url: str, path: str, *, root: bool = False) -> NavigationLink:
    bare = path.split("?", 1)[0]
    exact = bare == url
    return NavigationLink(label, url, exact or (not root and bare.startswith(url)), exact)


def _nearest(links: Sequence[NavigationLink]) -> list[NavigationLink]:
    """Of several links that the page lies under, the longest is the current one."""
    nearest = max((link.url for link in links if link.current), key=len, default="")
    return [replace(link, current=link.current and link.url == nearest) for link in links]


def main_links(
    path: str,
    centre: Centre | None,
    staff: Actor | None,
    *,
    seat_code: str = "",
    supervisor: bool = False,
    several: bool = False,
    joint_waiting: int = 0,
) -> list[NavigationLink]:
    """Links of the header: a clerk's tools in the own centre, the public doors otherwise.

    ``path`` is the path of the page shown; ``staff`` the actor when the reader works in ``centre``; ``seat_code`` the centre
    where the reader works, ``supervisor`` whether as a supervisor, ``several`` whether there are other posts to change to,
    ``joint_waiting`` how many joint tasks wait for the reader.
    """
    posts = [_link(bi("换岗位", "Change post"), portal_url("posts"), path)] if several else []
    if centre is not None and staff is not None:
        links = [
            _link(bi("工作台", "Workbench"), centre_url(centre, "workbench:queue"), path),
            _link(bi("中心首页", "Centre"), centre_url(centre, "centre:home"), path, root=True),
        ]
        if staff.has(Role.WINDOW_CLERK):
            links.insert(1, _link(bi("窗口收件", "Counter"), centre_url(centre, "workbench:counter"), path))
            links.insert(2, _link(bi("身份核验", "Identity check"), centre_url(centre, "centre:identity"), path))
        if staff.has(*Role):
            desk = _link(bi("并联办理", "Joint handling"), centre_url(centre, "joint:desk"), path)
            links.append(replace(desk, count=joint_waiting))
        if staff.has(Role.WINDOW_CLERK, Role.CENTRE_ADMIN):
            links.append(_link(bi("通知短信", "Notices"), centre_url(centre, "sent-notices:list"), path))
        if staff.has(Role.CENTRE_ADMIN):
            links.append(_link(bi("人员岗位", "Staff"), centre_url(centre, "centre:staff"), path))
            links.append(_link(bi("数据服务", "Data services"), centre_url(centre, "exchange:grants"), path))
            links.append(_link(bi("默认规则", "Default rules"), centre_url(centre, "catalogue:defaults"), path))
            links.append(_link(bi("报文运行", "Messages"), centre_url(centre, "messages:home"), path))
        if staff.has(Role.CENTRE_ADMIN, Role.SUPERVISOR, Role.DEPARTMENT_HEAD):
            links.append(_link(bi("督办", "Orders"), centre_url(centre, "orders:list"), path))
        if staff.has(Role.CENTRE_ADMIN, Role.SUPERVISOR):
            links.append(_link(bi("审计记录", "Audit record"), centre_url(centre, "workbench:record"), path))
        if centre.level == Level.PROVINCE and staff.has(Role.CENTRE_ADMIN):
            links.append(_link(bi("工作日历", "Calendar"), centre_url(centre, "calendar:page"), path))
        if staff.has(Role.SUPERVISOR):
            links.append(_link(bi("电子监察", "Supervision"), portal_url("supervision:home"), path))
        return _nearest([*links, *posts])
    links = []
    if centre is not None:
        links.append(_link(bi("中心首页", "Centre"), centre_url(centre, "centre:home"), path, root=True))
    links += [
        _link(bi("全省首页", "Portal"), portal_url("home"), path, root=True),
        _link(bi("查进度", "Track"), portal_url("track"), path),
        _link(bi("我的办件", "My cases"), portal_url("my-cases"), path),
    ]
    if centre is None:
        links.insert(1, _link(bi("选择中心", "Centres"), portal_url("centres"), path))
    if seat_code:
        links.append(_link(bi("工作台", "Workbench"), centre_url(seat_code, "workbench:queue"), path))
    links += posts
    supervision = _link(bi("电子监察", "Supervision"), portal_url("supervision:home"), path)
    return _nearest([*links, supervision] if supervisor or supervision.current else links)


def footer_links(centre: Centre | None) -> list[NavigationLink]:
    """Links of the footer."""
    links = [
        NavigationLink(bi("选择中心", "Centres"), portal_url("centres")),
        NavigationLink(bi("查进度", "Track a case"), portal_url("track")),
        NavigationLink(bi("文书核验", "Verify a paper"), portal_url("verify")),
    ]
    if centre is not None:
        links.insert(0, NavigationLink(bi("全省首页", "Provincial portal"), portal_url("home")))
    return links
