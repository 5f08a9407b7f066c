"""Accounts in delivery pools: read to be counted, handed on, never kept or shown here."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from dashboard.catalog.models import Product, StockPool
from dashboard.sync.kinds import Context, Refused
from dashboard.sync.models import Command

_DELIMITER = re.compile(r"[:|]")

Accounts = str | list[dict[str, str]]


def count_accounts(accounts: Accounts, most: int | None = None) -> int:
    """How many accounts there are. Raises `Refused` naming the first line that is none, or when there are too many."""
    rows: list[Any] = (
        [line for line in accounts.splitlines() if line.strip()] if isinstance(accounts, str) else accounts
    )
    for n, row in enumerate(rows, start=1):
        name, secret = _line(row) if isinstance(row, str) else _pair(row)
        if not name.strip() or not secret.strip():
            raise Refused(_("Account %(n)s is not username:password.") % {"n": n}, field="accounts")
    if most is not None and len(rows) > most:
        raise Refused(
            _("At most %(most)s accounts at once; these are %(n)s.") % {"most": most, "n": len(rows)}, field="accounts"
        )
    return len(rows)


def repeated_accounts(accounts: Accounts) -> int:
    """How many accounts stand there once more: a pool needs none twice."""
    rows = [line.strip() for line in accounts.splitlines() if line.strip()] if isinstance(accounts, str) else accounts
    keys = [row if isinstance(row, str) else tuple(sorted(row.items())) for row in rows]
    return len(keys) - len(set(keys))


def _line(text: str) -> tuple[str, str]:
    name, *rest = _DELIMITER.split(text, maxsplit=1)
    return name, rest[0] if rest else ""


def _pair(row: dict[str, str]) -> tuple[str, str]:
    return (row["username"], row["password"]) if row.keys() == {"username", "password"} else ("", "")


def note_accounts(context: Context, product_remote_id: str) -> None:
    """Keep how many accounts a command added; the platform's own count where it gives one. Once per command."""
    product = Product.objects.filter(connection=context.connection, remote_id=product_remote_id).first()
    if product is None:
        return
    receipt = Command.objects.values_list("receipt", flat=True).get(pk=context.command.pk)
    told = receipt.get("accepted")
    stated = (receipt.get("data") or {}).get("accounts_imported", "")
    if told is None:
        told = int(stated) if stated.isdecimal() else count_accounts(context.payload.accounts)
    StockPool.objects.get_or_create(command=context.command, defaults={"product": product, "accounts": told})
