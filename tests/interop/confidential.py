"""What the tests of encryption to a centre elsewhere share: its keys, and a message with a name in it."""

from __future__ import annotations

from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.registry import TrustedKey
from zt_interop.queue.models import OutboxMessage
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.context import enter
from zt_tenants.models import Centre

NAME = "欧阳静怡"
SECRET = f"申请人{NAME}，身份证340104199002291234"


def send_step(world, step: str, *, note: str = SECRET, subject: str = SUBJECT) -> OutboxMessage:
    """The city tells the county of a step, with a person in the note."""
    with enter(world.city):
        data = progressed(step, subject=subject, note=note)
        return send_message(destination="340123", type=PROGRESSED, subject=subject, data=data)


def key_of(centre: Centre, usage: KeyUsage = KeyUsage.ENCRYPTION) -> TrustedKey:
    """The centre's newest key of a usage."""
    row = PublicKey.objects.filter(centre_id=centre.id, usage=usage).latest("not_before", "kid")
    return TrustedKey(row.kid, row.centre_code, row.suite, bytes(row.public_key))
