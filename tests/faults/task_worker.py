"""A worker that does one of its tasks, for tests that kill it: ``python task_worker.py TASK [ARGUMENTS]`` (JSON)."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from zt_platform.project.celery import app  # noqa: E402

app.loader.import_default_modules()
app.tasks[sys.argv[1]](*json.loads(sys.argv[2]))
