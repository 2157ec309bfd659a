"""Centres that run elsewhere: a province invites, another deployment joins, the province accepts (docs/federation.md)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from zt_interop.keys.commands import CENTRE_USAGES
from zt_interop.keys.exchange import ImportReport, export_lines, import_lines
from zt_interop.keys.joining import (
    FingerprintDiffers,
    Invitation,
    InvitedCentre,
    JoiningRefused,
    RequestedKeys,
    fingerprint_of,
    read_invitation,
    read_request,
    vouch_for,
    write_invitation,
    write_request,
)
from zt_interop.keys.models import PublicKey
from zt_interop.keys.registry import is_vouched_for
from zt_interop.transports.https import check_endpoint
from zt_interop.transports.probe import Probe, probe
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.organisation.loader import load_staff
from zt_platform.project.provinces import centre_of_division, provision_division
from zt_tenants.centres import ancestors, province
from zt_tenants.clock import now
from zt_tenants.context import enter, outside_centres
from zt_tenants.divisions import Division, UnknownDivision, divisions_of
from zt_tenants.errors import Conflict, DomainError
from zt_tenants.models import Centre, Level, Transport
from zt_tenants.provisioning import provision_centre
from zt_tenants.urls import centre_url


class CentreRunsHere(Conflict):
    """A centre that this deployment runs cannot be accepted as one that runs elsewhere."""

    code = "CENTRE_RUNS_HERE"
    zh = "{centre} 由本部署运行，不能再由异地部署运行。请先以 zhengtong centre export 移交并由管理员确认。"
    en = "{centre} is run by this deployment and cannot be run elsewhere too."


class CentreRunsElsewhere(Conflict):
    """Only the deployment that runs a centre can make keys for it."""

    code = "CENTRE_RUNS_ELSEWHERE"
    zh = "{centre} 不由本部署运行，请在运行该中心的部署上执行。"
    en = "{centre} is not run by this deployment; run this where it is."


class KeysIncomplete(DomainError):
    """The registry that came back does not vouch for the keys of a centre of this deployment."""

    code = "KEYS_INCOMPLETE"
    zh = "登记册中没有 {centre} 的有效密钥声明，请省级重新接受申请并导出。"
    en = "The registry does not vouch for keys of {centre}; ask the province to accept the request and export again."


@dataclass(frozen=True, slots=True)
class Joined:
    """What a deployment elsewhere hands to the province: requests, and the fingerprint to compare by telephone."""

    centres: list[Centre]
    requests: list[str]
    fingerprint: str


def inbox_address(site: str, code: str) -> str:
    """Where a site's centre takes messages.

    Raises:
        DeliveryFailed: the site is neither https nor loopback.
    """
    address = site.rstrip("/") + centre_url(code, "interop:inbox")
    check_endpoint(address)
    return address


def invite(codes: Collection[str], *, site: str) -> str:
    """The invitation to run these centres elsewhere. ``site`` is where this deployment is reached from there.

    Raises:
        UnknownDivision: no such division. CentreRunsHere: this deployment runs it. NoSigningKey: it has no root key.
    """
    with outside_centres():
        shipped = {division.code: division for division in divisions_of(province().code)}
        described: dict[str, InvitedCentre] = {}
        for code in codes:
            if code not in shipped:
                raise UnknownDivision(division_code=code)
            if Centre.objects.here().filter(code=code).exists():
                raise CentreRunsHere(centre=code)
        for code in codes:
            for division in _with_those_above(shipped, code):
                described[division.code] = _described(division, invited=division.code in codes, site=site)
        order = {level.value: rank for rank, level in enumerate(Level)}
        return write_invitation(sorted(described.values(), key=lambda each: (order[Level(each.level)], each.code)))


def _with_those_above(shipped: dict[str, Division], code: str) -> list[Division]:
    found = []
    while code:
        found.append(shipped[code])
        code = shipped[code].parent_code
    return found


def _described(division: Division, *, invited: bool, site: str) -> InvitedCentre:
    there = Centre.objects.open().filter(code=division.code).first()
    centre = there or centre_of_division(division, parent=None)
    endpoint = "" if invited else inbox_address(site, division.code)
    if there is not None and there.transport == Transport.HTTPS and not invited:
        endpoint = there.endpoint
    return InvitedCentre(
        code=division.code,
        name=centre.name,
        short_name=centre.short_name,
        level=centre.level,
        parent=division.parent_code,
        endpoint=endpoint,
        invited=invited,
    )


def join(invitation_text: str, *, site: str, password: str) -> Joined:
    """Run the invited centres in this deployment; ``site`` is where the province reaches it. Running it again continues.

    The province's root key must be pinned in ``INTEROP_ROOT_KEYS``. Nobody believes the new keys before the province
    has accepted the requests and :func:`complete` has taken the registry in.

    Raises:
        RootNotPinned, JoiningRefused: the invitation is not believed; nothing was made.
        CentreRunsHere: a centre above the invited ones is run by this deployment.
    """
    with outside_centres():
        invitation = read_invitation(invitation_text)
        for described in invitation.invited:
            inbox_address(site, described.code)
        centres = _make_centres(invitation)
        import_lines(invitation.registry, at=now())
        requests = []
        for centre in centres:
            with enter(centre):
                load_catalogue(centre)
                load_staff(centre, password=password)
            requests.append(write_request(centre, endpoint=inbox_address(site, centre.code)))
        return Joined(centres, requests, fingerprint_of(requests))


def _make_centres(invitation: Invitation) -> list[Centre]:
    """The invited centres with schemas of their own, those above them as rows that say where they are."""
    made: list[Centre] = []
    shipped = {division.code: division for division in divisions_of(invitation.centres[0].code)}
    for described in invitation.centres:
        there = Centre.objects.open().filter(code=described.code).first()
        transport = Transport.LOCAL if described.invited else Transport.HTTPS
        if there is None:
            division = shipped.get(described.code)
            there = provision_centre(
                code=described.code,
                name=described.name,
                short_name=described.short_name,
                level=described.level,
                parent=Centre.objects.get(code=described.parent) if described.parent else None,
                pinyin=division.pinyin if division else "",
                pinyin_initials=division.pinyin_initials if division else "",
                transport=transport,
                endpoint="" if described.invited else described.endpoint,
            )
        elif there.transport != transport:
            raise CentreRunsHere(centre=described.code)
        elif not described.invited:
            Centre.objects.filter(id=there.id).update(endpoint=described.endpoint)
        if described.invited:
            made.append(there)
    return made


def accept(requests: Sequence[str], *, fingerprint: str) -> list[str]:
    """Vouch for the keys of centres elsewhere, and send to them from now on; the registry to hand back, line by line.

    ``fingerprint`` is what the other side's operator reads out; a renewal signed by a known key needs none.

    Raises:
        JoiningRefused: a request is malformed, forged or expired. FingerprintDiffers: it is another one.
        CentreRunsHere, UnknownDivision: whose keys these would be. Nothing was changed.
    """
    with outside_centres():
        asked = [read_request(text) for text in requests]
        if not asked:
            raise JoiningRefused(detail="empty")
        found = fingerprint_of(text.strip() for text in requests)
        if not all(each.renews for each in asked) and found.replace(" ", "") != fingerprint.replace(" ", "").lower():
            raise FingerprintDiffers(found=found)
        shipped = {division.code: division for division in divisions_of(province().code)}
        for each in asked:
            if each.centre not in shipped:
                raise UnknownDivision(division_code=each.centre)
            if Centre.objects.here().filter(code=each.centre).exists():
                raise CentreRunsHere(centre=each.centre)
            check_endpoint(each.endpoint)
        for each in sorted(asked, key=lambda one: list(shipped).index(one.centre)):
            vouch_for(each, centre=_elsewhere(each, shipped[each.centre]))
        return list(export_lines())


def _elsewhere(asked: RequestedKeys, division: Division) -> Centre:
    """The row of a centre elsewhere, with the address that it has asked for."""
    there: Centre | None = Centre.objects.filter(code=asked.centre).first()
    if there is None:
        there = provision_division(division, transport=Transport.HTTPS, endpoint=asked.endpoint)
    there.endpoint, there.ready_at = asked.endpoint, there.ready_at or now()
    there.save(update_fields=["endpoint", "ready_at"])
    return there


def complete(registry: Sequence[str]) -> ImportReport:
    """Take the province's registry in; the centres of this deployment are ready when it vouches for their keys.

    Raises:
        KeysIncomplete: it does not for one of them; what could be taken was taken.
    """
    with outside_centres():
        report = import_lines(registry, at=now())
        moment = now()
        for centre in Centre.objects.open().here():
            rows = PublicKey.objects.valid_at(moment).filter(centre_id=centre.id)
            vouched = {row.usage for row in rows if is_vouched_for(row)}
            if not {usage.value for usage in CENTRE_USAGES} <= vouched:
                raise KeysIncomplete(centre=centre.code)
            Centre.objects.filter(id=centre.id, ready_at__isnull=True).update(ready_at=moment)
        return report


def renew(codes: Collection[str], *, site: str) -> Joined:
    """New keys for centres of this deployment, and the requests that the province vouch for them.

    Raises:
        CentreRunsElsewhere: one is not run here.
    """
    with outside_centres():
        centres = []
        for code in codes:
            centre = Centre.objects.open().here().filter(code=code).first()
            if centre is None:
                raise CentreRunsElsewhere(centre=code)
            centres.append(centre)
        requests = [write_request(centre, endpoint=inbox_address(site, centre.code)) for centre in centres]
        return Joined(centres, requests, fingerprint_of(requests))


def probe_all() -> list[Probe]:
    """Ask every centre elsewhere whether it is there: signed by one of ours that is above or below it."""
    with outside_centres():
        found = []
        for destination in Centre.objects.open().filter(transport=Transport.HTTPS).select_related("parent"):
            source = _neighbour_here(destination)
            if source is not None:
                found.append(probe(destination, source=source))
        return found


def _neighbour_here(elsewhere: Centre) -> Centre | None:
    """A centre of this deployment that exchanges messages with one elsewhere: nearest above, else any below."""
    above = [centre for centre in ancestors(elsewhere) if centre.transport == Transport.LOCAL]
    below = Centre.objects.open().here()
    return above[0] if above else next((one for one in below if elsewhere in ancestors(one)), None)
