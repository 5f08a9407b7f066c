"""Arguments → request bodies. Pure. Raises ``Rejected`` for what must not be sent; its words hold no secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from channels import records as r
from channels.accplanet.mapping import price_text
from channels.errors import Rejected

Body = dict[str, Any]
Accounts = str | tuple[dict[str, str], ...]

PRODUCT_FIELDS: dict[str, str] = {
    "category_id": "category_id",
    "title": "title",
    "description": "description",
    "price": "price",
    "currency": "",
    "quantity": "stock",
    "min_quantity": "min_quantity",
    "images": "images",
    "source_id": "source_product_id",
    "source_url": "source_product_url",
    "warranty_days": "warranty_period_days",
    "supplier_name": "supplier_name",
    "status": "status",
    "accounts": "accounts",
}
REQUIRED_PRODUCT_FIELDS = ("category_id", "title", "description", "price")
PRODUCT_STATUSES = ("active", "inactive")
ORDER_STATUSES = ("pending_order", "running_order", "completed_order", "refunded_order")
ACCOUNT_BATCH = 1000

_FIRST_DELIMITER = re.compile(r"[:|]")


def refused(words: str) -> Rejected:
    """A refusal of ours, before anything was sent."""
    return Rejected(f"{words} Nothing was sent.")


def product_body(draft: r.ProductDraft, *, currency: str, site: str) -> Body:
    """The given fields in the platform's names; prices as text, images as paths within the site, accounts as rows."""
    given = {key: value for key, value in msgspec.structs.asdict(draft).items() if value is not None}
    surplus = sorted(key for key, value in given.items() if value and key not in PRODUCT_FIELDS)
    if surplus:
        raise refused(f"AccPlanet products have no {', '.join(surplus)}.")
    check_currency(given.pop("currency", currency), currency)
    body: Body = {PRODUCT_FIELDS[key]: value for key, value in given.items() if key in PRODUCT_FIELDS}
    if draft.price is not None:
        body["price"] = price_text(draft.price)
    if draft.images is not None:
        body["images"] = [image_path(image, site) for image in draft.images]
    if draft.accounts is not None:
        body["accounts"] = account_rows(draft.accounts)
    return body


def check_currency(given: str, ours: str) -> None:
    """Refuse a price in another currency than the connection's: the platform states none and would take it as its."""
    if given.upper() != ours:
        raise refused(f"Prices of this connection are in {ours}, not {given}.")


def image_path(image: str, site: str) -> str:
    """An address within the site as the path that the platform gave for it; anything else stays."""
    return image.removeprefix(site.rstrip("/")) if image.startswith(f"{site.rstrip('/')}/") else image


def account_rows(accounts: Accounts) -> list[dict[str, str]]:
    """Rows of username and password. A line of text is split at its first ``:`` or ``|``; the password keeps the rest.

    Text is split here, not by the platform, because nobody documents which delimiter would win there.
    """
    rows = _lines(accounts) if isinstance(accounts, str) else [_row(n, one) for n, one in enumerate(accounts, start=1)]
    if not rows:
        raise refused("There are no accounts.")
    if len(rows) > ACCOUNT_BATCH:
        raise refused(f"At most {ACCOUNT_BATCH} accounts a call, not {len(rows)}.")
    return rows


def account_secrets(rows: Iterable[dict[str, str]]) -> tuple[str, ...]:
    """The values that nobody may read."""
    return tuple(value for row in rows for value in row.values())


def delivery_body(delivery: r.Delivery) -> Body:
    """Text as it is, rows as a JSON array inside the text; appending takes rows only, as the document demands.

    The flag is documented as text and answered as a boolean: it is left out where it would say no.
    """
    if delivery.carrier or delivery.tracking_number:
        raise refused("AccPlanet delivers digital content: it takes no carrier and no tracking number.")
    if bool(delivery.rows) == bool(delivery.content.strip()):
        raise refused("Deliver either a text or rows.")
    if delivery.append and not delivery.rows:
        raise refused("Only rows can be appended to what was delivered.")
    if any(not row.strip() for row in delivery.rows):
        raise refused("A row to deliver is empty.")
    info = msgspec.json.encode(delivery.rows).decode() if delivery.rows else delivery.content
    return {"delivered_info": info, **({"append_delivered_info": True} if delivery.append else {})}


def delivery_secrets(delivery: r.Delivery) -> tuple[str, ...]:
    """The values that nobody may read."""
    return tuple(value for value in (delivery.content, *delivery.rows) if value)


def order_status(status: str) -> str:
    """One of the four words that may be set. Confirming the receipt is the buyer's alone."""
    if status not in ORDER_STATUSES:
        raise refused(f"An order cannot be set to “{status}”; it can be set to {', '.join(ORDER_STATUSES)}.")
    return status


def ticket_body(draft: r.TicketDraft) -> Body:
    """A new ticket of an order."""
    if draft.kind != "support":
        raise refused(f"AccPlanet has no tickets of kind “{draft.kind}”.")
    return {"order_id": draft.order.remote_id, "title": draft.subject, "description": draft.text}


def ticket_change_body(change: r.TicketChange) -> Body:
    """Only what changes. The text takes the place of the description: there is no reply."""
    named = {"status": change.status, "title": change.subject, "description": change.text}
    body: Body = {key: value for key, value in named.items() if value is not None}
    if not body:
        raise refused("There is nothing to change.")
    return body


def _lines(accounts: str) -> list[dict[str, str]]:
    rows = []
    for n, line in enumerate(accounts.splitlines(), start=1):
        if line.strip():
            parts = _FIRST_DELIMITER.split(line, maxsplit=1)
            rows.append(_row(n, {"username": parts[0].strip(), "password": parts[-1] if len(parts) == 2 else ""}))
    return rows


def _row(n: int, row: dict[str, str]) -> dict[str, str]:
    if row.keys() != {"username", "password"} or not all(isinstance(v, str) and v.strip() for v in row.values()):
        raise refused(f"Account {n} is not username:password.")
    return row
