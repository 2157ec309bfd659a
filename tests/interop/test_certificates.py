"""The end of a TLS certificate is noted as a connection is made over real TLS, and told to operators in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from wire import Wire, make_authority

from zt_interop import certificates
from zt_interop.elsewhere import ways_to
from zt_interop.queue.models import OutboxMessage, PeerCertificate
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_platform.operations import measures
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.models import Centre
from zt_tenants.urls import centre_url

pytestmark = pytest.mark.req("Y-01", "Y-04")


@pytest.fixture
def county_behind_tls(committed_world, server, settings, tmp_path, recorder) -> Iterator[Centre]:
    """The county is reached over TLS with a certificate of two days by an authority that is trusted here."""
    settings.INTEROP_CA = str(make_authority(tmp_path))
    wire = Wire(tmp_path / "site.pem")
    wire.lead_to(f"http://127.0.0.1:{server.server_port}")
    address = wire.url + centre_url("340123", "interop:inbox")
    Centre.objects.filter(code="340123").update(transport="https", endpoint=address)
    yield Centre.objects.get(code="340123")
    Centre.objects.filter(code="340123").update(transport="local", endpoint="")
    PeerCertificate.objects.all().delete()
    wire.close()


def _send(world) -> None:
    with enter(world.city):
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed("ONE"))


def test_a_delivery_notes_until_when_the_certificate_lasts(committed_world, county_behind_tls) -> None:
    _send(committed_world)
    relay_due()

    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"DELIVERED"}
    noted = PeerCertificate.objects.get()
    assert noted.site == certificates.site_of(county_behind_tls.endpoint)
    assert timedelta(hours=47) < noted.ends_at - now() <= timedelta(hours=48)
    [way] = ways_to([county_behind_tls], at=now())
    assert way.certificate_until == noted.ends_at


def test_the_end_is_told_in_numbers_and_urgently(committed_world, county_behind_tls) -> None:
    assert certificates.certificate_health() == certificates.CertificateHealth(0, 0, None)
    _send(committed_world)
    relay_due()

    health = certificates.certificate_health()
    assert (health.known, health.ending, health.urgent) == (1, 1, True)
    figures = {figure.name: figure.value for figure in measures._certificates()}
    assert figures["zhengtong_certificates_ending"] == 1
    assert 1.9 < figures["zhengtong_certificate_days_left"] <= 2
    with at(now() + timedelta(days=3)):
        ended = {figure.name: figure.value for figure in measures._certificates()}
    assert ended["zhengtong_certificate_days_left"] < 0


def test_a_certificate_that_is_not_trusted_is_not_noted_and_the_message_waits(
    committed_world, county_behind_tls, settings
) -> None:
    settings.INTEROP_CA = ""
    _send(committed_world)
    relay_due()

    assert not PeerCertificate.objects.exists()
    assert OutboxMessage.objects.get().state == "SIGNED"


def test_a_renewed_certificate_replaces_the_one_before(committed_world, county_behind_tls) -> None:
    site = certificates.site_of(county_behind_tls.endpoint)
    PeerCertificate.objects.create(site=site, ends_at=now() + timedelta(days=1), seen_at=now() - timedelta(days=9))
    _send(committed_world)
    relay_due()

    noted = PeerCertificate.objects.get()
    assert noted.ends_at - now() > timedelta(hours=47)
    assert now() - noted.seen_at < timedelta(minutes=5)


def test_a_site_that_no_centre_uses_any_more_alarms_nobody(committed_world) -> None:
    PeerCertificate.objects.create(site="gone.example:443", ends_at=now(), seen_at=now())
    try:
        assert certificates.certificate_health().known == 0
    finally:
        PeerCertificate.objects.all().delete()


@pytest.mark.parametrize(
    ("endpoint", "site"),
    [
        ("https://zwfw.example/c/340123/interop/inbox", "zwfw.example:443"),
        ("https://zwfw.example:8443/x", "zwfw.example:8443"),
        ("https://[2001:db8::1]/x", "2001:db8::1:443"),
        ("http://127.0.0.1:8000/x", "127.0.0.1:8000"),
    ],
)
def test_a_certificate_belongs_to_host_and_port(endpoint, site) -> None:
    assert certificates.site_of(endpoint) == site
