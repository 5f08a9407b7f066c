"""The door for pushes. Its address is outside of sessions, sign-in and messages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from channels.platform import Received
from dashboard.sync.callbacks import is_expected, receive

MAX_BODY = 256 * 1024


@csrf_exempt
@login_not_required
@require_POST
def callback(request: HttpRequest, key: str, event: str) -> HttpResponse:
    """Take one push: 404 for an unknown key or event, 413 beyond 256 KiB, else what the platform expects."""
    if not is_expected(key, event):
        return HttpResponse(status=404)  # unread: whoever sends a body without end to no address holds no thread
    stated = request.headers.get("Content-Length") or "0"
    if not stated.isdecimal():
        return HttpResponse(status=400)
    if int(stated[:20]) > MAX_BODY:
        return HttpResponse(status=413)
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        return HttpResponse(status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = receive(key, Received(event=event, headers=headers, body=body))
    if answer is None:
        return HttpResponse(status=404)
    return HttpResponse(answer[1], status=answer[0], content_type="application/json")
