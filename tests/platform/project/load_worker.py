"""A load in a process of its own, for a test that kills it: ``python load_worker.py PASSWORD``."""

from __future__ import annotations

import sys

import django

django.setup()

from zt_platform.project.provinces import load_province  # noqa: E402
from zt_tenants.divisions import divisions_of, select  # noqa: E402

load_province(select(divisions_of("340000"), cities=["340200"]), password=sys.argv[1])
