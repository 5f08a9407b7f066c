"""Sending a message. Platforms give no id for it: the history of the thread tells whether it arrived."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import capabilities as can
from channels.records import MessageRecord, Receipt
from dashboard.catalog.targets import only
from dashboard.messaging.feeds import read_again, ref_of
from dashboard.messaging.mirror import CLOCKS_APART, plain, since_of
from dashboard.messaging.models import Thread
from dashboard.sync.kinds import (
    AFTER_ABSENCE,
    Arrived,
    Context,
    Finding,
    Kind,
    PageOf,
    Refused,
    Target,
    Witness,
    absent,
    applied,
    register,
)
from dashboard.sync.models import Command, Connection

LONGEST = 4000


class Send(msgspec.Struct, forbid_unknown_fields=True):
    """A text to a buyer."""

    text: str


@register
class SendKind(Kind):
    """Write to a buyer. Two messages may be under way to one buyer: they go in the order they were given."""

    name = "messaging.send"
    label = gettext_lazy("Send message")
    capability = can.SendsMessages
    permission = "messages.send"
    Payload = Send
    repeat = AFTER_ABSENCE
    exclusive = False
    marker = "Our text in the thread's history since 15 minutes before sending, beyond what was there just before."
    feed = "messages"
    page = PageOf("messaging:thread", "messaging.Thread")
    absences = 2

    def find(self, connection: Connection, text: str) -> Target:
        """A thread by remote id, or by its buyer."""
        rows = Thread.objects.filter(connection=connection).light()
        row = rows.filter(remote_id=text).first()
        row = row or only(rows.filter(Q(buyer_remote_id=text) | Q(buyer=text)), text, _("thread"))
        return Target(row.remote_id, str(row), ref_of(row), row, is_gone=row.gone_at is not None)

    def check(self, connection: Connection, target: Target, payload: Send) -> None:
        """Something to say, and not too much of it."""
        if not payload.text.strip():
            raise Refused(_("Write something first."), field="text")
        if len(payload.text) > LONGEST:
            raise Refused(_("At most %(n)s characters.") % {"n": LONGEST}, field="text")

    def summary(self, payload: Send) -> str:
        """The text."""
        return " ".join(payload.text.split())[:200]

    def prepare(self, context: Context) -> dict[str, Any]:
        """Read the history: which messages with this text are there already. The first reading is the one that counts.

        Raises `Arrived` when an earlier attempt turns out to have arrived; proof is then asked for as usual.
        """
        before = context.command.before
        if "since" in before:
            if self._ours(context)[0]:
                raise Arrived(_("An earlier attempt has arrived after all."))
            return dict(before)
        since = timezone.now() - CLOCKS_APART
        there = self._same(context, since)
        return {"since": since.isoformat(), "seen": [message.remote_id for message in there]}

    def send(self, context: Context) -> Receipt:
        """Tell the platform."""
        receipt: Receipt = context.channel.send_message(context.ref, context.payload.text, token_of(context.command))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Whether the history shows our text, beyond what was there before."""
        found, witness = self._ours(context)
        if found:
            receipt = Receipt(remote_id=found[0].remote_id)
            return applied(_("The history of the thread shows the message."), witness, receipt=receipt)
        return absent(_("The history of the thread does not show the message."), witness)

    def mirror(self, context: Context) -> None:
        """Read the history back."""
        read_again(context.connection, context.channel, context.ref, since_of(context.command))

    def _ours(self, context: Context) -> tuple[list[MessageRecord], Witness]:
        since = since_of(context.command)
        seen = set(context.command.before.get("seen", ()))
        same = self._same(context, since)
        asked = _("Read the messages since %(since)s") % {"since": f"{since:%Y-%m-%d %H:%M:%S} UTC"}
        new = [message for message in same if message.remote_id not in seen and not _is_taken(context, message)]
        answered = _("%(same)s with this text, %(new)s of them new") % {"same": len(same), "new": len(new)}
        return new, Witness(asked, answered)

    def _same(self, context: Context, since: datetime) -> list[MessageRecord]:
        wanted = plain(context.payload.text)
        history = context.channel.read_messages(context.ref, since)
        return [message for message in history if message.direction == "out" and plain(message.body) == wanted]


def token_of(command: Command) -> int:
    """A number of 32 bits that is the same for every attempt of a command, and no other's."""
    return zlib.crc32(f"{command.connection.slug}:{command.pk}:{command.created_at.isoformat()}".encode())


def _is_taken(context: Context, message: MessageRecord) -> bool:
    """Whether another command has proven this message to be its own."""
    others = Command.objects.filter(connection=context.connection, target=context.command.target, kind=SendKind.name)
    return others.filter(receipt__remote_id=message.remote_id).exclude(pk=context.command.pk).exists()
