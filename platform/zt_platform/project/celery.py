"""The celery application. Tasks are doorbells: short, idempotent, right even when rung twice or never."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

from zt_tenants.telemetry import tasks as measured_tasks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zt_platform.project.settings")
if not settings.configured:  # this process is a worker or beat: the others load this module after their settings
    os.environ.setdefault("ZT_ROLE", "zt_relay")

app = Celery("zhengtong", task_cls="zt_tenants.bells:BellTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    task_default_queue="zhengtong",
    timezone="Asia/Shanghai",
    beat_schedule_filename=None,
    beat_schedule={
        # A tick that no worker took before the next one is dropped, so that a worker that was down finds no heap of them
        # (zt_tenants.bells says how, though clocks disagree).
        "sweep the message queue": {"task": "zt_interop.tasks.sweep", "schedule": 10.0, "options": {"expires": 10}},
        # Well after midnight, when whatever was logged before it has committed.
        "close the message logs": {"task": "zt_interop.tasks.close_logs", "schedule": crontab(hour=0, minute=40)},
        "compare the heads of streams": {
            "task": "zt_interop.tasks.exchange_heads",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "take delivered messages out of the queue": {
            "task": "zt_interop.tasks.prune_outbox",
            "schedule": 600.0,
            "options": {"expires": 600},
        },
        "look for due timers": {"task": "zt_tenants.timers.tasks.scan", "schedule": 3.0, "options": {"expires": 3}},
        "pick up departments' files": {
            "task": "zt_interop.tasks.pick_up_deliveries",
            "schedule": 30.0,
            "options": {"expires": 30},
        },
        "ask departments again": {
            "task": "zt_interop.tasks.drain_data_calls",
            "schedule": 10.0,
            "options": {"expires": 10},
        },
        "send text messages": {"task": "zt_platform.notices.tasks.send", "schedule": 5.0, "options": {"expires": 5}},
        # At a fixed hour, not every 24 hours: a beat that is restarted daily would never get there.
        "rotate keys that end soon": {
            "task": "zt_interop.tasks.rotate_keys",
            "schedule": crontab(hour="2", minute="30"),
        },
    },
)
measured_tasks.connect()
app.autodiscover_tasks(
    ["zt_interop", "zt_storage", "zt_tenants.timers", "zt_platform.papers", "zt_platform.cases", "zt_platform.notices"]
)
