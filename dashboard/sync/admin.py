"""The machinery in Django's admin: to be read, with three verbs. Secrets are not shown, rows not edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.sync import callbacks, tasks, verify
from dashboard.sync.feeds import feeds_of
from dashboard.sync.kinds import Refused
from dashboard.sync.models import (
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
    Tally,
    UnknownWord,
)
from dashboard.sync.submit import tell


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the program writes. Domains use it for mirrored rows."""

    show_full_result_count = False
    list_select_related = True
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    """Connections without credentials, secrets and tokens."""

    list_display = ("title", "slug", "platform", "state", "state_reason", "refused_callbacks")
    list_filter = ("platform", "state")
    exclude = ("credentials", "callback_secrets", "callback_key", "token")
    actions = ("refresh_now",)

    @admin.action(description=gettext_lazy("Refresh all feeds now"))
    def refresh_now(self, request: HttpRequest, rows: QuerySet[Connection]) -> None:
        """Wake a task for every feed."""
        woken = 0
        for connection in rows.filter(state=Connection.ACTIVE):
            for feed in feeds_of(connection):
                tell(tasks.refresh_feed, connection.pk, feed.name)
                woken += 1
        self.message_user(request, _("%(n)s feeds will be read.") % {"n": woken})


@admin.register(Command)
class CommandAdmin(ReadOnlyAdmin):
    """Commands without payloads."""

    list_display = ("id", "kind", "target_label", "connection", "state", "actor", "created_at")
    list_filter = ("state", "kind", "connection")
    search_fields = ("target", "target_label")
    exclude = ("payload", "payload_digest", "form_key")
    actions = ("settle_done", "settle_cancelled")

    @admin.action(description=gettext_lazy("Settle as done (in doubt only)"))
    def settle_done(self, request: HttpRequest, rows: QuerySet[Command]) -> None:
        """For many at once; the reason says that it was done here."""
        self._settle(request, rows, "done")

    @admin.action(description=gettext_lazy("Cancel (unsent or in doubt only)"))
    def settle_cancelled(self, request: HttpRequest, rows: QuerySet[Command]) -> None:
        """For many at once."""
        self._settle(request, rows, "cancelled")

    def _settle(self, request: HttpRequest, rows: QuerySet[Command], outcome: str) -> None:
        for command in rows.select_related("connection"):
            try:
                verify.settle(command, outcome, _("Settled in the admin."), request.user)
            except Refused as error:
                self.message_user(request, f"{command.pk}: {error.words}", messages.WARNING)


@admin.register(Callback)
class CallbackAdmin(ReadOnlyAdmin):
    """Pushes without bodies."""

    list_display = ("id", "event", "connection", "state", "attempts", "received_at", "outcome")
    list_filter = ("state", "event", "connection")
    exclude = ("body",)
    actions = ("replay",)

    @admin.action(description=gettext_lazy("Apply once more"))
    def replay(self, request: HttpRequest, rows: QuerySet[Callback]) -> None:
        """Back to waiting."""
        for callback in rows:
            callbacks.replay(callback)


def _register(model: type[Model], *columns: str, hide: tuple[str, ...] = (), narrow: tuple[str, ...] = ()) -> None:
    facts: dict[str, Any] = {"list_display": columns, "exclude": hide, "list_filter": narrow}
    admin.site.register(model, type(f"{model.__name__}Admin", (ReadOnlyAdmin,), facts))


_register(Batch, "id", "title", "kind", "actor", "created_at")
_register(Run, "id", "connection", "feed", "started_at", "seen", "error", narrow=("feed", "connection"))
_register(FeedState, "connection", "feed", "last_ok_at", "next_due_at", "error", narrow=("feed", "connection"))
_register(Quarantined, "id", "connection", "feed", "path", "reason", "times", hide=("payload",))
_register(
    Exchange, "id", "connection", "method", "route", "status", "at",
    hide=("request_body", "response_body", "request_headers", "response_headers"),
)  # fmt: skip
_register(RateBucket, "connection", "bucket", "remaining", "limit", "reset_at", "paused_until", "open_until")
_register(Change, "connection", "domain", "remote_id", "at")
_register(UnknownWord, "connection", "feed", "word", "times", "last_at")
_register(Heartbeat, "name", "at")
_register(Tally, "name", "number")
