"""Django's own management commands: ``python -m zt_platform.project.manage …`` (developers use ``zhengtong``)."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zt_platform.project.settings")
    execute_from_command_line(sys.argv)
