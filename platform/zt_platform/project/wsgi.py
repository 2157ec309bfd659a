"""The WSGI application that web servers load."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zt_platform.project.settings")
if not settings.configured:  # this process is a web server
    os.environ.setdefault("ZT_ROLE", "zt_portal")
application = get_wsgi_application()
