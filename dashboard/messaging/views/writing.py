"""Writing in a thread: send, undo, send again, note, draft; who answers it, and that nothing needs an answer."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.core import formatting, pages
from dashboard.core.navigation import forget_counts
from dashboard.messaging import presence
from dashboard.messaging.conversation import UNDO, Conversation
from dashboard.messaging.forms import NoteForm
from dashboard.messaging.inbox import forget_boxes, listed_rows
from dashboard.messaging.mirror import summarise
from dashboard.messaging.models import Draft, Thread, ThreadNote
from dashboard.messaging.snoozing import SnoozeForm
from dashboard.messaging.views.reading import answer, beside, moved, thread_of
from dashboard.staff.access import StaffRequest, requires
from dashboard.staff.audit import audit
from dashboard.sync import assigning
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from dashboard.sync.models.commands import FAILED, QUEUED, REJECTED
from dashboard.sync.verify import settle
from dashboard.sync.web import form_key, give

KIND = "messaging.send"
DESK = assigning.Desk("messages.send", "messages.assigned", lazy("Messages"), "messaging:list")


@require_POST
@requires("messages.send")
def send(request: StaffRequest, pk: int) -> HttpResponse:
    """Write to the buyer. It goes out after eight seconds, in which it can be taken back.

    Refused once when somebody else has answered since the writer's page was read (``seen``).
    """
    found = thread_of(request, pk)
    text = request.POST.get("text", "")
    try:
        _refuse_second_answer(request, found)
        _queue(request, found, text)
    except Refused as refusal:
        return answer(request, found, text=text, error=refusal.words, status=422)
    Draft.objects.filter(thread=found, author=request.user).delete()
    presence.note(pk, request.user, writing=False)
    _forget(request, found)
    return _shown(request, pk, text="")


def _refuse_second_answer(request: StaffRequest, found: Any) -> None:
    other = Conversation(found, request.user).answered_by_another(request.POST.get("seen", ""))
    if other is not None:
        who = other.actor.label if other.actor else _("Somebody else")
        words = _("%(name)s has answered meanwhile: read it, and send yours if it is still needed.")
        raise Refused(words % {"name": who})


@require_POST
@requires("messages.send")
def again(request: StaffRequest, pk: int, command_pk: int) -> HttpResponse:
    """Send once more what the platform refused or never got."""
    found = thread_of(request, pk)
    command = _command(found, command_pk)
    if command.state not in (REJECTED, FAILED) or Conversation(found, request.user).is_sent_again(command):
        return answer(request, found, error=_("This message is not known to have failed."), status=422)
    try:
        _queue(request, found, command.payload["text"])
    except Refused as refusal:
        return answer(request, found, error=refusal.words, status=422)
    return _shown(request, pk)


@require_POST
@requires("messages.send")
def undo(request: StaffRequest, pk: int, command_pk: int) -> HttpResponse:
    """Take back a message that has not gone out yet; its text becomes the draft again."""
    found = thread_of(request, pk)
    command = _command(found, command_pk)
    try:
        if command.actor_id != request.user.pk or command.state != QUEUED:
            raise Refused(_("It is too late to take this message back."))
        settle(command, "cancelled", _("Taken back before it went out."), request.user)
    except Refused as refusal:
        return answer(request, found, error=refusal.words, status=422)
    text = command.payload["text"]
    _keep_draft(request, found, text)
    return _shown(request, pk, text=text)


@require_POST
@requires("messages.send")
def note(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep a private note."""
    found = thread_of(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        words = _("Write something first; at most %(n)s characters.") % {"n": 4000}
        return answer(request, found, text=request.POST.get("text", ""), is_note=True, error=words, status=422)
    ThreadNote.objects.create(thread=found, author=request.user, text=form.cleaned_data["text"])
    Draft.objects.filter(thread=found, author=request.user).delete()
    presence.note(pk, request.user, writing=False)
    return _shown(request, pk, text="")


@require_POST
@requires("messages.send")
def draft(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep what was typed so far; answers when it was kept. What has been sent meanwhile is no draft any more."""
    found = thread_of(request, pk)
    text = request.POST.get("text", "")[:8000]
    key = form_key(request)
    if key and Command.objects.filter(form_key=key).exists():
        return HttpResponse("")
    presence.note(pk, request.user, writing=bool(text.strip()))
    if not text.strip():
        Draft.objects.filter(thread=found, author=request.user).delete()
        return HttpResponse("")
    kept = _keep_draft(request, found, text, is_note=request.POST.get("mode") == "note")
    return HttpResponse(_("Draft kept %(at)s") % {"at": formatting.clock_time(kept.saved_at)})


@require_POST
@requires("messages.send")
def seen(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody who answers has read the thread: until the buyer writes again nobody sees it as unread."""
    found = thread_of(request, pk)
    found.seen_at = max(filter(None, (timezone.now(), found.last_message_at)))  # whichever clock is ahead
    Thread.objects.filter(pk=found.pk).update(seen_at=found.seen_at)
    row = beside(request, found, Conversation(found, request.user))["row"]
    return render(request, "messaging/_seen.html", {"row": row, "polled": True}) if row else HttpResponse(status=204)


@require_POST
@requires("messages.send")
def done(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that nothing needs an answer, until the buyer writes again."""
    found = thread_of(request, pk)
    Thread.objects.filter(pk=found.pk).update(done_at=timezone.now())
    summarise(found.connection, [found.remote_id])
    audit(request.user, "messages.done", found, {}, connection=found.connection.slug)
    _forget(request, found)
    return _shown(request, pk)


@require_POST
@requires("messages.send")
def snooze(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a thread rest until ``until``, or until the buyer writes again; without a time it waits for us at once."""
    found = thread_of(request, pk)
    form = SnoozeForm(request.POST)
    if request.POST.get("until") and not form.is_valid():
        return answer(request, found, error=str(form.errors["until"][0]), status=422)
    until = form.cleaned_data["until"] if form.is_valid() else None
    after = (found.last_message_at or timezone.now()) if until else None
    Thread.objects.filter(pk=found.pk).update(snoozed_until=until, snoozed_after=after)
    said = {"until": until.isoformat()} if until else {}
    audit(
        request.user, "messages.snoozed" if until else "messages.woken", found, said, connection=found.connection.slug
    )
    _forget(request, found)
    return _shown(request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("messages.send")
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the thread to somebody: ``me``, or whom the form names."""
    found = thread_of(request, pk)

    def done() -> HttpResponse:
        _forget(request, found)
        return _shown(request, pk)

    back = reverse("messaging:thread", args=[pk])
    return assigning.assign(request, DESK, found, back=back, done=done)


@require_POST
@requires("messages.send")
def bulk_assign(request: StaffRequest) -> HttpResponse:
    """Give the chosen threads to somebody, or to nobody; for htmx the list comes anew."""
    seen = Thread.objects.light().visible_to(request.user)
    return moved(request, assigning.assign_many(request, DESK, listed_rows, seen))


def _queue(request: StaffRequest, found: Any, text: str) -> None:
    """Submit, to go out after the time to undo; a worker that is woken earlier finds it not due."""
    with transaction.atomic():
        made = give(request, found.connection, KIND, found.remote_id, {"text": text})
        if made.is_new:
            due = made.command.created_at + UNDO
            Command.objects.filter(pk=made.command.pk, state=QUEUED).update(not_before=due)


def _keep_draft(request: StaffRequest, found: Thread, text: str, *, is_note: bool = False) -> Draft:
    its = {"text": text, "is_note": is_note}
    kept, _made = Draft.objects.update_or_create(thread=found, author=request.user, defaults=its)
    return kept


def _command(found: Thread, pk: int) -> Command:
    rows = Command.objects.filter(connection=found.connection_id, target=found.remote_id, kind=KIND)
    return get_object_or_404(rows.select_related("connection"), pk=pk)


def _forget(request: StaffRequest, found: Any) -> None:
    """Count anew what this person sees counted."""
    forget_counts(request.user)
    forget_boxes(request.user, found.connection.slug)


def _shown(request: StaffRequest, pk: int, text: str | None = None) -> HttpResponse:
    """The thread as it is now."""
    if not pages.is_fragment(request):
        return redirect("messaging:thread", pk=pk)
    return answer(request, thread_of(request, pk), text=text)
