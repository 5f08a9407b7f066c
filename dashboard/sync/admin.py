"""The machinery in Django's admin: to be read, with three verbs: refresh, replay, settle. Secrets are never shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext

from dashboard.staff.admin_site import ReadOnlyAdmin
from dashboard.staff.audit import audit
from dashboard.sync import callbacks, verify
from dashboard.sync.feeds import FEEDS
from dashboard.sync.kinds import Refused
from dashboard.sync.models import (
    Approval,
    Batch,
    Callback,
    Change,
    Command,
    Connection,
    Exchange,
    FeedState,
    Heartbeat,
    Quarantined,
    RateBucket,
    Run,
    SharedPicture,
    Tally,
    UnknownWord,
)
from dashboard.sync.models.callbacks import RECEIVED
from dashboard.sync.models.mirrored import ScopedQuerySet
from dashboard.sync.reading import read_now


def _being_read(feeds: int) -> str:
    return ngettext("%(n)s feed is read now.", "%(n)s feeds are read now.", feeds) % {"n": feeds}


class MirroredAdmin(ReadOnlyAdmin):
    """Rows that only a reading of the platform writes: `feed` reads them, and the action reads it now."""

    feed = ""
    actions = ("read_again",)

    @admin.action(description=gettext_lazy("Read these from their platforms again"))
    def read_again(self, request: HttpRequest, rows: ScopedQuerySet) -> None:
        """The feed of every connection that the rows are of, whole."""
        connections = Connection.objects.filter(pk__in=rows.order_by().values(rows.connection_path))
        self.message_user(request, _being_read(sum(read_now(each, [self.feed], full=True) for each in connections)))


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    """Connections without credentials, secrets and tokens."""

    list_display = ("title", "slug", "platform", "state", "state_reason", "refused_callbacks")
    list_filter = ("platform", "state")
    exclude = ("callback_key",)
    actions = ("refresh_now",)

    @admin.action(description=gettext_lazy("Refresh all feeds now"))
    def refresh_now(self, request: HttpRequest, rows: QuerySet[Connection]) -> None:
        """Every feed of those that are at work."""
        woken = sum(read_now(connection) for connection in rows)
        self.message_user(request, _being_read(woken))


@admin.register(FeedState)
class FeedStateAdmin(ReadOnlyAdmin):
    """Where every feed stands."""

    list_display = ("connection", "feed", "last_ok_at", "next_due_at", "error")
    list_filter = ("feed", "connection")
    actions = ("refresh_now",)

    @admin.action(description=gettext_lazy("Refresh these feeds now"))
    def refresh_now(self, request: HttpRequest, rows: QuerySet[FeedState]) -> None:
        """Those whose connection is at work."""
        woken = sum(read_now(state.connection, [state.feed]) for state in rows if state.feed in FEEDS)
        self.message_user(request, _being_read(woken))


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """What was read, and how it went."""

    list_display = ("id", "connection", "feed", "started_at", "seen", "error")
    list_filter = ("feed", "connection")
    actions = ("refresh_now",)

    @admin.action(description=gettext_lazy("Refresh their feeds now"))
    def refresh_now(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        """Each feed once, however many of its runs are chosen."""
        chosen = {(run.connection, run.feed) for run in rows if run.feed in FEEDS}
        self.message_user(request, _being_read(sum(read_now(connection, [feed]) for connection, feed in chosen)))


class WhyForm(ActionForm):
    """Beside the list of actions: the reason, which settling asks for."""

    why = forms.CharField(label=gettext_lazy("Why"), max_length=500, required=False)


@admin.register(Command)
class CommandAdmin(ReadOnlyAdmin):
    """Commands without payloads."""

    list_display = ("id", "kind", "target_label", "connection", "state", "actor", "created_at")
    list_filter = ("state", "kind", "connection")
    search_fields = ("target", "target_label")
    exclude = ("payload_digest", "form_key")
    action_form = WhyForm
    actions = ("settle_done", "settle_absent", "settle_cancelled")

    @admin.action(description=gettext_lazy("Settle as done (in doubt only)"))
    def settle_done(self, request: HttpRequest, rows: QuerySet[Command]) -> None:
        """For many at once, with one reason."""
        self._settle(request, rows, "done")

    @admin.action(description=gettext_lazy("Settle as absent: it is sent again (in doubt only)"))
    def settle_absent(self, request: HttpRequest, rows: QuerySet[Command]) -> None:
        """For many at once, with one reason."""
        self._settle(request, rows, "absent")

    @admin.action(description=gettext_lazy("Cancel (unsent or in doubt only)"))
    def settle_cancelled(self, request: HttpRequest, rows: QuerySet[Command]) -> None:
        """For many at once, with one reason."""
        self._settle(request, rows, "cancelled")

    def _settle(self, request: HttpRequest, rows: QuerySet[Command], outcome: str) -> None:
        settled = 0
        for command in rows.select_related("connection"):
            try:
                verify.settle(command, outcome, request.POST.get("why", "")[:500], request.user)
                settled += 1
            except Refused as error:
                self.message_user(request, f"{command.pk}: {error.words}", messages.WARNING)
        words = ngettext("%(n)s command is settled.", "%(n)s commands are settled.", settled)
        self.message_user(request, words % {"n": settled}, messages.SUCCESS if settled else messages.WARNING)


@admin.register(Callback)
class CallbackAdmin(ReadOnlyAdmin):
    """Pushes without bodies."""

    list_display = ("id", "event", "connection", "state", "attempts", "received_at", "outcome")
    list_filter = ("state", "event", "connection")
    actions = ("replay",)

    @admin.action(description=gettext_lazy("Apply once more"))
    def replay(self, request: HttpRequest, rows: QuerySet[Callback]) -> None:
        """Back to waiting; those that wait already stay as they are."""
        applied = [callback for callback in rows if callback.state != RECEIVED]
        for callback in applied:
            callbacks.replay(callback)
            audit(request.user, "callback.replayed", callback, connection=callback.connection.slug)
        words = ngettext("%(n)s push is applied once more.", "%(n)s pushes are applied once more.", len(applied))
        self.message_user(request, words % {"n": len(applied)})


@admin.register(Quarantined)
class QuarantinedAdmin(ReadOnlyAdmin):
    """Records that could not be understood, without what they hold."""

    list_display = ("id", "connection", "feed", "path", "reason", "times")
    list_filter = ("feed", "connection")
    exclude = ("payload",)
    actions = ("replay",)

    @admin.action(description=gettext_lazy("Read their feeds again, whole"))
    def replay(self, request: HttpRequest, rows: QuerySet[Quarantined]) -> None:
        """A record that is understood now leaves the quarantine by itself."""
        held = {(one.connection, one.feed) for one in rows if one.feed in FEEDS}
        woken = sum(read_now(connection, [feed], full=True) for connection, feed in held)
        for one in rows:
            audit(request.user, "quarantine.replayed", one, connection=one.connection.slug)
        self.message_user(request, _being_read(woken))


def _register(model: type[Model], *columns: str, hide: tuple[str, ...] = (), narrow: tuple[str, ...] = ()) -> None:
    facts: dict[str, Any] = {"list_display": columns, "exclude": hide, "list_filter": narrow}
    admin.site.register(model, type(f"{model.__name__}Admin", (ReadOnlyAdmin,), facts))


_register(Batch, "id", "title", "kind", "actor", "created_at")
_register(Approval, "id", "connection", "kind", "target_label", "state", "asked_by", "asked_at", narrow=("state",))
_register(
    Exchange, "id", "connection", "method", "route", "status", "at",
    hide=("request_body", "response_body", "request_headers", "response_headers"),
)  # fmt: skip
_register(RateBucket, "connection", "bucket", "remaining", "limit", "reset_at", "paused_until", "open_until")
_register(Change, "connection", "domain", "remote_id", "at")
_register(UnknownWord, "connection", "feed", "word", "times", "last_at")
_register(SharedPicture, "name", "given_by", "given_at")
_register(Heartbeat, "name", "at")
_register(Tally, "name", "number")
