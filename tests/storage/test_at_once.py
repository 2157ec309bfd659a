"""The same thing done by several workers at once is done once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from zt_storage import objects
from zt_storage.copies import copy_in, manifest
from zt_storage.models import Attachment
from zt_storage.uploads import confirm_upload, put_bytes, read_bytes
from zt_tenants.context import enter

WORKERS = 4


def _at_once(centre: Any, work: Callable[[], Attachment]) -> list[Attachment]:
    def inside() -> Attachment:
        try:
            with enter(centre):
                return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [future.result() for future in [pool.submit(inside) for _ in range(WORKERS)]]


@pytest.mark.req("C-06")
def test_one_message_handled_by_several_workers_makes_one_attachment(committed_world, bucket, samples):
    city, county = committed_world.city, committed_world.county
    with enter(city):
        line = manifest([put_bytes(data=samples.pdf, file_name="a.pdf", content_type="application/pdf")])[0]
    made = _at_once(county, lambda: copy_in(source_centre_code=city.code, manifest=line))
    assert len({attachment.id for attachment in made}) == 1
    with enter(county):
        assert read_bytes(Attachment.objects.get()) == samples.pdf


@pytest.mark.req("L-01")
def test_an_upload_confirmed_by_several_requests_is_one_file(committed_world, bucket, announce, send, owner, samples):
    city = committed_world.city
    with enter(city):
        ticket = announce(samples.pdf, "a.pdf")
        assert send(ticket, samples.pdf) == 204
    confirmed = _at_once(city, lambda: confirm_upload(attachment_id=ticket.attachment_id, owner_account_id=owner))
    assert len({attachment.object_key for attachment in confirmed}) == 1
    with enter(city):
        assert read_bytes(Attachment.objects.get()) == samples.pdf
    assert objects.stat(ticket.fields["key"]) is None
