"""The product without its second wall: the same code, one log-in."""

from zt_platform.project.settings import *  # noqa: F403
from zt_platform.project.settings import DATABASES

DATABASES = {"default": {**DATABASES["default"], "ENGINE": "bench_scale.one_login"}}
