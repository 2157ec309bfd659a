"""What the frame of every page needs: where one is, who one is, which ways lead on."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from zt_platform.accounts.sessions import actor_seen
from zt_platform.actors import Actor
from zt_platform.joint.queries import task_counts
from zt_platform.notices.queries import unread_count
from zt_platform.organisation.roles import Role
from zt_platform.web.navigation import NavigationLink, footer_links, main_links
from zt_platform.web.preferences import large_text
from zt_tenants.centres import province
from zt_tenants.changes import successors
from zt_tenants.errors import UnknownCentre
from zt_tenants.language import bi, in_chinese
from zt_tenants.models import Centre
from zt_tenants.urls import centre_url, portal_url

SEAT_KEY = "seat"
"""In the session: the centre where the reader works, for links. Grants nothing."""


class Page:
    """The frame's data; each part is computed when a template first asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def centre(self) -> Centre | None:
        """The centre this page belongs to; None on the portal."""
        return getattr(self._request, "centre", None)

    @cached_property
    def successors(self) -> list[Centre]:
        """Who takes the applications of this centre, if it was abolished."""
        return successors(self.centre) if self.centre and self.centre.abolished_on else []

    @cached_property
    def chinese(self) -> bool:
        """Whether the page is in Chinese."""
        return in_chinese()

    @cached_property
    def large_text(self) -> bool:
        """Whether the large-text mode is on."""
        return large_text(self._request)

    @cached_property
    def actor(self) -> Actor | None:
        """Who is signed in, with the rights of this centre."""
        return actor_seen(self._request)

    @cached_property
    def staff(self) -> bool:
        """Whether the reader works in this centre."""
        return bool(self.centre and self.actor and self.actor.staff_id is not None)

    @cached_property
    def staff_title(self) -> str:
        """The staff member's roles in words."""
        return "、".join(str(role.label) for role in Role if self.actor and role.value in self.actor.roles)

    @cached_property
    def reader_name(self) -> str:
        """How the header names who is signed in."""
        return self.actor.name if self.actor else ""

    @cached_property
    def portal_place(self) -> str:
        """The province's name under the house's; a site whose centres are still to be made has none."""
        try:
            name = province().short_name
        except UnknownCentre:
            return bi("政务服务平台", "Government services")
        return bi("{name}政务服务平台", "Government services of {name}", name=name)

    @property
    def home_url(self) -> str:
        """Home of the centre, or of the portal."""
        return centre_url(self.centre, "centre:home") if self.centre else portal_url("home")

    @cached_property
    def unread(self) -> int:
        """How many site messages wait; counted on the portal's pages only, so that a desk's pages pay nothing for it."""
        account_id = self.actor.account_id if self.actor and self.centre is None else None
        return unread_count(account_id) if account_id is not None else 0

    notices_url = property(lambda self: portal_url("inbox"))
    preferences_url = property(lambda self: portal_url("preferences"))
    account_url = property(lambda self: portal_url("account"))
    sign_out_url = property(lambda self: portal_url("sign-out"))

    @property
    def sign_in_url(self) -> str:
        """Sign-in that leads back to this page."""
        return f"{portal_url('sign-in')}?{urlencode({'next': self._request.get_full_path()})}"

    @cached_property
    def navigation(self) -> list[NavigationLink]:
        """The main navigation of this kind of page."""
        seat = self._request.session.get(SEAT_KEY, {}) if self.actor and hasattr(self._request, "session") else {}
        staff = self.actor if self.staff else None
        return main_links(
            self._request.get_full_path(),
            self.centre,
            staff,
            joint_waiting=task_counts(staff).waiting if staff else 0,
            seat_code=str(seat.get("centre", "")),
            supervisor=bool(seat.get("supervisor")),
            several=bool(seat.get("several")),
        )

    @cached_property
    def footer_links(self) -> list[NavigationLink]:
        """The links of the footer."""
        return footer_links(self.centre)


def page(request: HttpRequest) -> dict[str, object]:
    """Context processor: ``page`` for ``web/base.html``."""
    return {"page": SimpleLazyObject(lambda: Page(request))}
