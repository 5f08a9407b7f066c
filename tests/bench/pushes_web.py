"""The web server of the bench: the product, with a bare door beside that for pushes, and one as it is else written."""

from __future__ import annotations

from typing import Any

from dashboard.wsgi import application

__all__ = ["application"]


def _bare(_request: Any) -> Any:
    from django.http import HttpResponse

    return HttpResponse(b"ok")


def _plain(request: Any, key: str, event: str) -> Any:
    """Verified alike, kept by `get_or_create`, as a careful team writes it."""
    from django.http import HttpResponse
    from django.utils import timezone

    from channels.platform import Received
    from dashboard.sync.models import Callback, Connection

    connection = Connection.objects.get(callback_key=key)
    headers = {name.lower(): value for name, value in request.headers.items()}
    received = Received(event=event, headers=headers, body=request.body)
    callbacks = connection.declared.callbacks
    verdict = callbacks.verify(received, tuple(connection.callback_secrets), timezone.now(), connection.options)
    if not verdict.accepted:
        return HttpResponse(status=401)
    row, is_new = Callback.objects.get_or_create(
        connection=connection,
        event=event,
        dedupe_key=verdict.key,
        defaults={"headers": headers, "body": received.body, "received_at": timezone.now()},
    )
    if is_new:
        from dashboard.sync.tasks import process_callback

        process_callback.delay(row.pk)
    return HttpResponse(callbacks.answer(received)[1])


def _open_doors() -> None:
    from django.contrib.auth.decorators import login_not_required
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt

    from dashboard import urls

    doors = {"callbacks/bare": _bare, "callbacks/plain/<str:key>/<str:event>": _plain}
    urls.urlpatterns[:0] = [path(at, csrf_exempt(login_not_required(view))) for at, view in doors.items()]


_open_doors()
