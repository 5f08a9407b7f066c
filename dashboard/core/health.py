"""What a supervisor or load balancer asks: is the process up, and can it reach what it depends on."""

from collections.abc import Callable

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process serves requests; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when database and broker answer, else 503; says which, never where or why."""
    answers = {name: _answers(probe) for name, probe in PROBES.items()}
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    with current_app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=3)


def _answers(probe: Callable[[], None]) -> bool:
    """Whether a probe ends without any error; the error itself may name hosts and users, so it stays here."""
    try:
        probe()
    except Exception:
        return False
    return True


PROBES: dict[str, Callable[[], None]] = {"database": _database, "broker": _broker}
