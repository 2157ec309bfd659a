"""The console script ``zhengtong``. Each command lives in a module of its own; this one maps errors at the edge."""

from __future__ import annotations

import sys

import click
from django.core.management.base import CommandError
from rich.markup import escape

from zt_platform.project.cli.commands import COMMANDS
from zt_platform.project.cli.console import fail
from zt_platform.project.embedded.process import ServiceFailed
from zt_platform.project.secrets import SecretsMissing
from zt_tenants.errors import DomainError


@click.group(commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="zhengtong")
def zhengtong() -> None:
    """政通 Zhengtong: 省市县乡政务服务中心平台 · the platform that links administrative-service centres.

    没有外部数据库、队列与对象存储时自动启动内置服务。Embedded services are started unless the environment names real
    ones (DATABASE_URL, CELERY_BROKER_URL, CACHE_URL, S3_ENDPOINT). Data lie in .local/ (or ZT_HOME).
    """


def main() -> None:
    """Run a command; what cannot be done is one clear line and exit code 1, interruption is 130."""
    try:
        zhengtong(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        fail("已中断。", "Interrupted.")
        sys.exit(130)
    except DomainError as error:
        fail(error.zh_text, error.en_text)
        sys.exit(1)
    except CommandError as error:
        fail(escape(str(error)), "")
        sys.exit(1)
    except (ServiceFailed, SecretsMissing) as error:
        fail("服务无法启动:", str(error))
        sys.exit(1)
