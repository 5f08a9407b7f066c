"""What the kinds of buying share: items, targets, the mark, and lists read for what is new in them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from channels import records as r
from dashboard.catalog.targets import only
from dashboard.sync.kinds import AFTER_ABSENCE, Context, Kind, Refused, Target
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE

LOOK_BACK = timedelta(days=1)
MAX_PAGES = 10
CHUNK = 200


class Item(msgspec.Struct, forbid_unknown_fields=True):
    """One thing to buy: product and SKU at the source, and how many."""

    product: str
    sku: str
    quantity: int
    remark: str = ""


class Buying(Kind):
    """Base of the kinds of this domain."""

    permission = "sourcing.organise"
    repeat = AFTER_ABSENCE


def find_row(rows: Any, text: str, what: str, *names: str) -> Target:
    """The row whose remote id, or else one of the fields `names`, is the text. Raises `Refused` unless it is one."""
    row = rows.filter(remote_id=text).first()
    for name in names if row is None else ():
        row = row or only(rows.filter(**{name: text}), text, what, missing=False)
    row = row or only(rows.none(), text, what)
    ref = r.Ref(remote_id=row.remote_id, number=getattr(row, "number", ""))
    return Target(row.remote_id, str(row), ref, row, is_gone=row.gone_at is not None)


def check_items(items: Sequence[Item]) -> None:
    """Raise `Refused` for an empty list, or an item without product, SKU or quantity."""
    if not items:
        raise Refused(_("Name at least one item."), field="items")
    for item in items:
        if not item.product.strip() or not item.sku.strip():
            raise Refused(_("Each item needs a product and a SKU."), field="items")
        if item.quantity < 1:
            raise Refused(_("Each item needs a quantity of at least 1."), field="items")


def purchase_items(items: Iterable[Item]) -> tuple[r.PurchaseItem, ...]:
    """The items as channels take them."""
    return tuple(
        r.PurchaseItem(product=one.product, sku=one.sku, quantity=one.quantity, remark=one.remark) for one in items
    )


def mark_of(command: Command) -> str:
    """A short token of a command that nobody can guess, the same for every attempt: ``#`` and eight characters."""
    text = f"{command.pk}:{command.created_at.isoformat()}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).digest()
    return "#" + base64.b32encode(digest)[:8].decode()


class Recent(NamedTuple):
    """Records by remote id; not `is_whole`: some could not be looked at, so that their absence proves nothing."""

    rows: dict[str, Any]
    is_whole: bool


def recent(pull: Callable[[str | None, None], r.Page[Any]], since: datetime, at: str = "placed_at") -> Recent:
    """The records of a list from `since` on (those without a time too).

    No document states the order of these lists. Reading ends early only where the list proves to run from new to old.
    """
    rows: dict[str, Any] = {}
    after, last, is_sorted, is_whole = None, timezone.now() + timedelta(days=365), True, True
    for _n in range(MAX_PAGES):
        page = pull(after, None)
        is_whole = is_whole and not page.bad and not page.unseen
        for record in page.records:
            moment = getattr(record, at)
            is_sorted = is_sorted and moment is not None and moment <= last
            last = moment or last
            if moment is None or moment >= since:
                rows[record.remote_id] = record
        if page.next is None or (is_sorted and last < since):
            return Recent(rows, is_whole)
        after = page.next
    return Recent(rows, False)


def since_of(command: Command) -> datetime:
    """From when on a list is read for what a command may have made; a day wide, for clocks that differ."""
    return command.created_at - LOOK_BACK


def in_chunks(ids: Iterable[str]) -> list[list[str]]:
    """Ids as `before` keeps them: lists that are not cut."""
    found = sorted(ids)
    return [found[at : at + CHUNK] for at in range(0, len(found), CHUNK)]


def from_chunks(kept: list[list[str]]) -> set[str]:
    """The ids again."""
    return {each for chunk in kept for each in chunk}


def claimed(context: Context) -> set[str]:
    """The remote ids that other commands of the same kind are known to have made."""
    others = Command.objects.filter(connection=context.connection, kind=context.command.kind, state=DONE)
    others = others.exclude(pk=context.command.pk).filter(finished_at__gte=since_of(context.command))
    return {str(receipt.get("remote_id", "")) for receipt in others.values_list("receipt", flat=True)}


def receipt_of(command: Command) -> str:
    """The remote id of what a done command made; empty where no answer told."""
    command.refresh_from_db(fields=["receipt"])
    return str(command.receipt.get("remote_id") or "")
