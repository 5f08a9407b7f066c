"""One push, one record that was not understood: what it held, what became of it, and trying again."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dashboard.core.pages import is_fragment, keys_of, redirect, render, safe_next
from dashboard.core.scrub import scrub, scrub_text
from dashboard.staff.access import StaffRequest, requires
from dashboard.staff.audit import audit
from dashboard.sync import callbacks, rows
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Callback, Connection, Quarantined
from dashboard.sync.models.callbacks import RECEIVED
from dashboard.sync.reading import read_now
from dashboard.sync.views.activity import exchanges_of

MAX_SHOWN = 65_536
MOST = 500


@require_safe
@requires("activity.view")
def callback_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One push, scrubbed for reading, with what was read because of it; a page that waits comes anew once applied."""
    found = _callback(request, pk)
    if is_fragment(request):
        moved = request.GET.get("state") != found.state
        return HttpResponse(status=204, headers={"HX-Refresh": "true"} if moved else {})
    context = {
        "callback": found,
        "sign": rows.callback_sign(found),
        "body": readable(bytes(found.body)) if request.user.may("buyers.view") else None,
        "exchanges": exchanges_of(callback=found),
        "may_replay": found.state != RECEIVED and request.user.may("connections.manage"),
    }
    return render(request, "sync/callback.html", context)


@require_POST
@requires("connections.manage")
def replay_callback(request: StaffRequest, pk: int) -> HttpResponse:
    """Apply a push once more."""
    found = _callback(request, pk)
    if found.state == RECEIVED:
        messages.error(request, _("It has not been applied yet: nothing to repeat."))
    else:
        callbacks.replay(found)
        audit(request.user, "callback.replayed", found, connection=found.connection.slug)
        messages.success(request, _("It will be applied once more."))
    return redirect(request, reverse("sync:callback_page", args=[pk]))


@require_POST
@requires("connections.manage")
def replay_callbacks(request: StaffRequest) -> HttpResponse:
    """Apply the chosen pushes once more; one that waits to be applied goes on waiting."""
    chosen = list(_chosen(request, Callback).exclude(state=RECEIVED).defer("body", "headers"))
    for found in chosen:
        callbacks.replay(found)
        audit(request.user, "callback.replayed", found, connection=found.connection.slug)
    words = ngettext("%(n)s push is applied once more.", "%(n)s pushes are applied once more.", len(chosen))
    _say(request, words % {"n": len(chosen)}, bool(chosen))
    return redirect(request, safe_next(request, reverse("sync:callbacks")))


@require_safe
@requires("activity.view")
def quarantined(request: StaffRequest, pk: int) -> HttpResponse:
    """One record that could not be understood."""
    found = _quarantined(request, pk)
    context = {
        "held": found,
        "label": rows.feed_label(found.feed),
        "payload": readable(found.payload.encode()) if request.user.may("buyers.view") else None,
        "may_manage": request.user.may("connections.manage"),
        "may_replay": found.feed in FEEDS and found.connection.is_at_work,
    }
    return render(request, "sync/quarantined.html", context)


@require_POST
@requires("connections.manage")
def replay_quarantined(request: StaffRequest, pk: int) -> HttpResponse:
    """Read its feed anew, whole: a record that is understood now leaves the quarantine by itself."""
    found = _quarantined(request, pk)
    if found.feed not in FEEDS or not found.connection.is_at_work:
        messages.error(request, _("This connection is at rest. Nothing was read."))
    else:
        read_now(found.connection, [found.feed], full=True)
        audit(request.user, "quarantine.replayed", found, connection=found.connection.slug)
        messages.success(request, _("The feed %(feed)s is read anew.") % {"feed": rows.feed_label(found.feed)})
    return redirect(request, reverse("sync:quarantined", args=[pk]))


@require_POST
@requires("connections.manage")
def replay_many(request: StaffRequest) -> HttpResponse:
    """Read the feeds of the chosen records anew, each once; those of a connection at rest stay as they are."""
    chosen: dict[Connection, set[str]] = defaultdict(set)
    for found in _chosen(request, Quarantined).defer("payload"):
        if found.feed in FEEDS and found.connection.is_at_work:
            chosen[found.connection].add(found.feed)
    n = sum(read_now(connection, sorted(feeds), full=True) for connection, feeds in chosen.items())
    for connection, feeds in chosen.items():
        audit(request.user, "quarantine.replayed", connection, {"feeds": sorted(feeds)}, connection=connection.slug)
    words = ngettext("%(n)s feed is read anew.", "%(n)s feeds are read anew.", n) % {"n": n}
    _say(request, words, bool(chosen))
    return redirect(request, safe_next(request, reverse("sync:quarantine")))


def _chosen(request: StaffRequest, model: Any) -> Any:
    """The rows whose boxes were ticked, of what the person may see."""
    pks = keys_of(request.POST.getlist("pk")[:MOST])
    return model.objects.visible_to(request.user).filter(pk__in=pks).select_related("connection").order_by("pk")


def _say(request: StaffRequest, words: str, is_any: bool) -> None:
    if is_any:
        messages.success(request, words)
    else:
        messages.error(request, _("Nothing that can be read again is among them. Nothing was done."))


@require_POST
@requires("connections.manage")
def dismiss(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget it; it comes back when the record comes again and still is not understood."""
    found = _quarantined(request, pk)
    audit(request.user, "quarantine.dismissed", found, connection=found.connection.slug)
    found.delete()
    messages.success(request, _("Dismissed."))
    return redirect(request, reverse("sync:quarantine"))


def readable(raw: bytes) -> str:
    """A payload for a person: indented where it is JSON, scrubbed, at most 64 KiB."""
    text = raw[:MAX_SHOWN].decode("utf-8", "replace")
    with contextlib.suppress(ValueError, RecursionError):
        text = json.dumps(scrub(json.loads(text), limit=MAX_SHOWN), ensure_ascii=False, indent=2)
    return scrub_text(text, MAX_SHOWN)


def _callback(request: StaffRequest, pk: int) -> Callback:
    return get_object_or_404(Callback.objects.visible_to(request.user).select_related("connection"), pk=pk)


def _quarantined(request: StaffRequest, pk: int) -> Quarantined:
    return get_object_or_404(Quarantined.objects.visible_to(request.user).select_related("connection"), pk=pk)
