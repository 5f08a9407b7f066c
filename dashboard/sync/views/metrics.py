"""Figures for a monitoring system."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from dashboard.sync.metrics import exposition

TYPE = "text/plain; version=0.0.4; charset=utf-8"


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For the bearer of `METRICS_TOKEN`, and for staff who may see the activity; 401 for everybody else."""
    if not _has_token(request) and not _is_staff(request):
        return HttpResponse(
            "unauthorised\n", status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"}
        )
    return HttpResponse(exposition(), content_type=TYPE)


def _has_token(request: HttpRequest) -> bool:
    scheme, _sep, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme.lower() == "bearer" and constant_time_compare(given.strip(), wanted)


def _is_staff(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and user.has_every_connection and user.may("activity.view")
