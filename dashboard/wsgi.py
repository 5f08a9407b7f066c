"""The WSGI entry point for the web server.

Only the web process limits how long a database statement may run: a page that needs more than five seconds is
better refused than waited for, whereas workers and commands may take their time.
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
os.environ.setdefault("DATABASE_STATEMENT_TIMEOUT", "5")

application = get_wsgi_application()
