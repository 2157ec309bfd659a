"""What a resolver knows about its request (``info.context``)."""

from __future__ import annotations

from django.http import HttpRequest

from zt_graphql.siblings import Siblings
from zt_platform.accounts.errors import SignInRequired
from zt_platform.accounts.models import Account
from zt_platform.accounts.sessions import (
    account_of,
    actor_or_none,
    applicant_for_request,
    client_address,
    supervisor_for_request,
)
from zt_platform.actors import Actor
from zt_platform.audit.commands import record, record_reading
from zt_platform.audit.models import Deed
from zt_platform.cases.limits import basis_hours
from zt_platform.cases.models import Case
from zt_platform.cases.rules import Calendar
from zt_platform.organisation.queries import office_hours
from zt_platform.supervision.scope import Scope, scope_for
from zt_platform.workcalendar.queries import calendar
from zt_platform.workcalendar.rules import OfficeHours
from zt_tenants.context import current_centre

PURPOSE = "数据接口"
"""What the audit record says instead of a page's name."""


class GatewayContext:
    """One request: the HTTP request, who acts, what was read of persons, and the batches of sibling objects."""

    __slots__ = ("_actor", "_hours", "_opened", "_scope", "_tasks_opened", "request", "siblings")

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.siblings = Siblings()
        self._actor: Actor | None = None
        self._scope: Scope | None = None
        self._hours: dict[str, OfficeHours] = {}
        self._opened: set[int] = set()
        self._tasks_opened: set[str] = set()

    @property
    def actor(self) -> Actor:
        """Who acts: staff in a centre where the account holds a post, else the applicant. Found once per request.

        Raises:
            SignInRequired: nobody is signed in.
        """
        found = self.actor_or_none
        if found is None:
            raise SignInRequired
        return found

    @property
    def actor_or_none(self) -> Actor | None:
        """Who acts, or None when nobody is signed in."""
        if self._actor is None:
            self._actor = actor_or_none(self.request)
        return self._actor

    @property
    def applicant(self) -> Actor:
        """The person as an applicant, also where the account holds a post.

        Raises:
            SignInRequired: nobody is signed in.
        """
        return applicant_for_request(self.request)

    def acting(self, *, as_applicant: bool) -> Actor:
        """Who acts in a case: staff where the account holds a post here, unless it acts as a private person.

        Raises:
            SignInRequired: nobody is signed in.
        """
        return self.applicant if as_applicant else self.actor

    def reader_of(self, case: Case) -> Actor:
        """As whom the request reads a case: as its applicant where it is the account's own, else as staff.

        Raises:
            SignInRequired: nobody is signed in.
        """
        account = self.account
        own = account is not None and case.applicant_account_id == account.id
        return self.applicant if own else self.actor

    def note_reading(self, case: Case) -> None:
        """Sealed data or files of a case are shown: the audit record gets one line a request and case, as of a page.

        Reading one's own case leaves none (:func:`zt_platform.audit.commands.record_reading`).
        """
        if case.pk in self._opened:
            return
        self._opened.add(case.pk)
        number = case.tracking_number or ""
        record_reading(self.reader_of(case), case_id=case.pk, tracking_number=number, purpose=PURPOSE)

    def note_task_reading(self, tracking_number: str) -> None:
        """What a participant was given of a joint case is shown: one line a request and case, as of a page."""
        if tracking_number not in self._tasks_opened:
            self._tasks_opened.add(tracking_number)
            record(Deed.READ_CASE, actor=self.actor, purpose=PURPOSE, tracking_number=tracking_number)

    def note_search(self, *, found: bool) -> None:
        """A clerk looked a person up by what only that person shows; whom is not written down."""
        record(Deed.SEARCHED_PERSON, actor=self.actor, purpose=PURPOSE, data={"found": found})

    def require_scope(self) -> Scope:
        """What the signed-in supervisor may look at, whatever the endpoint. Found once per request.

        Raises:
            SignInRequired: nobody is signed in.
            NotPermitted: no supervisor of a province or a city.
        """
        if self._scope is None:
            self._scope = scope_for(supervisor_for_request(self.request))
        return self._scope

    def calendar_of(self, case: Case) -> Calendar:
        """By what a case is counted: the hours it carries, else the centre's own, which are read once per request."""
        if case.clock_basis:
            return Calendar(days=calendar(), hours=basis_hours(case.clock_basis))
        code = current_centre().code
        if code not in self._hours:
            self._hours[code] = office_hours()
        return Calendar(days=calendar(), hours=self._hours[code])

    @property
    def account(self) -> Account | None:
        """The signed-in account, if any."""
        return account_of(self.request)

    @property
    def address(self) -> str:
        """The client's network address, for rate limits."""
        return client_address(self.request)

    def forget_actor(self) -> None:
        """After signing in or out: the actor is somebody else now."""
        self._actor = self._scope = None
