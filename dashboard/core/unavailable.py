"""What is answered while the database is away: 503 with a time to come back, never a page that depends on it."""

from __future__ import annotations

import sys

from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults

RETRY_SECONDS = 5
# SQLite: busy, locked, out of memory, read-only, input or output, full, cannot be opened, lock protocol.
_SQLITE = {5, 6, 7, 8, 10, 13, 14, 15}
_READ_ONLY = "25006"  # PostgreSQL: the server that answers has become a standby


def is_away(error: BaseException | None) -> bool:
    """Whether an error says that the database cannot do its work now, rather than that the question was wrong."""
    if isinstance(error, Error):
        code = getattr(error.__cause__, "sqlite_errorcode", None)
        if code is not None:
            return code & 0xFF in _SQLITE  # the high bits only tell the variety
        if isinstance(error, OperationalError | InterfaceError):
            return True
        if getattr(error.__cause__, "sqlstate", None) == _READ_ONLY:
            return True
    return error is not None and is_away(error.__cause__)


def server_error(request: HttpRequest) -> HttpResponse:
    """What a view that broke is answered: 503 with ``Retry-After`` where the database is away, else 500.

    Django calls it as its ``handler500``, while the error is still the current one.
    """
    if not is_away(sys.exc_info()[1]):
        return defaults.server_error(request)
    page = loader.get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"})
