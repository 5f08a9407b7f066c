"""Accounts added to a product's delivery pool: counted, never shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels import capabilities as can
from channels import records as r
from channels.errors import Rejected
from dashboard.catalog.commands.common import OfProducts
from dashboard.catalog.pools import count_accounts, note_accounts, repeated_accounts
from dashboard.sync.kinds import (
    AFTER_ABSENCE,
    APPLIED,
    Arrived,
    Context,
    Finding,
    Refused,
    Target,
    absent,
    applied,
    register,
    undecided,
)
from dashboard.sync.models import Connection


class AppendAccounts(msgspec.Struct, forbid_unknown_fields=True):
    """Lines of `username:password` (or `username|password`), or objects with both."""

    accounts: str | list[dict[str, str]]


@register
class AppendAccountsKind(OfProducts):
    """Add accounts to a pool. Whether the platform drops repeats is not stated, so absence must be proven."""

    name = "catalog.append_accounts"
    label = gettext_lazy("Add accounts")
    capability = can.AppendsAccounts
    permission = "catalog.secrets"
    Payload = AppendAccounts
    repeat = AFTER_ABSENCE
    absences = 2
    secret_keys = ("accounts",)
    marker = "The product's stock and its time of change, before and after."

    def check(self, connection: Connection, target: Target, payload: AppendAccounts) -> None:
        """Every line must be an account, and the platform must take so many at once."""
        channel: Any = connection.declared.channel
        if not count_accounts(payload.accounts, channel.account_batch):
            raise Refused(_("There are no accounts. Nothing was sent."), field="accounts")

    def summary(self, payload: AppendAccounts) -> str:
        """How many, and how many of them are there twice."""
        n, again = count_accounts(payload.accounts), repeated_accounts(payload.accounts)
        if again:
            return _("%(n)s accounts, %(again)s of them repeated") % {"n": n, "again": again}
        return ngettext("%(n)s account", "%(n)s accounts", n) % {"n": n}

    def prepare(self, context: Context) -> dict[str, Any]:
        """Stock and time of change just before. Raises `Arrived` when an earlier attempt turns out to have arrived."""
        if "stock" in context.command.before and self.read_back(context).verdict == APPLIED:
            raise Arrived(_("An earlier attempt has arrived after all."))
        product, _witness = self.read(context)
        if product is None:
            raise Rejected(_("The product is not on the platform any more. Nothing was sent."))
        return {"stock": product.quantity, "changed": _iso(product.updated_at)}

    def send(self, context: Context) -> r.Receipt:
        """Add them."""
        given = context.payload.accounts
        accounts = given if isinstance(given, str) else tuple(given)
        receipt: r.Receipt = context.channel.append_accounts(context.ref, accounts)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """The stock grew by as many: added. Untouched since: not. Anything else is for a person."""
        before, answer = context.command.before, context.command.receipt
        product, witness = self.read(context)
        if product is None or product.quantity is None or before["stock"] is None:
            return undecided(_("The platform shows no stock, so nobody can tell."), witness)
        grown = product.quantity - before["stock"]
        if answer.get("accepted") == 0:
            return absent(_("The platform added none: it has these accounts."), witness)
        if grown == count_accounts(context.payload.accounts):
            return applied(_("The stock grew by as many."), witness)
        if grown == 0 and before["changed"] and _iso(product.updated_at) == before["changed"]:
            return absent(_("The product was not touched since."), witness)
        return undecided(
            _("The stock was %(before)s and is %(now)s: sales or repeats are in between.")
            % {"before": before["stock"], "now": product.quantity},
            witness,
        )

    def mirror(self, context: Context) -> None:
        """Count them, and read the product back."""
        note_accounts(context, context.command.target)
        super().mirror(context)


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
