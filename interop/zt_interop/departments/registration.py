"""Registering a department that runs beside the platform: its services, and the keys it is to believe."""

from __future__ import annotations

import json
import os
from pathlib import Path

from zt_interop.keys.exchange import export_statements
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_tenants.clock import now
from zt_tenants.errors import UnknownCentre


def export_registry(path: Path) -> int:
    """Write the province's key statements for a department, whole or not at all; how many message keys.

    Raises:
        UnknownCentre: there is no root key yet, because no province was loaded.
    """
    roots = PublicKey.objects.valid_at(now()).filter(usage=KeyUsage.ROOT).order_by("-not_before")
    root = roots.values_list("statement", flat=True).first()
    if root is None:
        raise UnknownCentre(centre="省级")
    keys = [statement for statement in export_statements() if statement != root]
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("w") as sink:
        json.dump({"root": root, "keys": keys}, sink)
        sink.flush()
        os.fsync(sink.fileno())
    fresh.replace(path)
    return len(keys)
