"""Shoppo's eight pushes: a static token in the header ``accesstoken``, bodies read leniently, hints at the most.

The document's samples are no valid JSON (a bare key, a trailing comma), give every value as text and mix two
spellings; all of that is accepted. The reply-ticket push is shown without the token.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from channels import events as ev
from channels import wire
from channels.errors import WireError
from channels.platform import CallbackEvent, Received, Verdict
from channels.shoppo.lenient import read_object

TICKET_REPLY = "ticket-reply"
REPEAT_SECONDS = 300  # after this the same words on a ticket count as said once more


class ShoppoCallbacks:
    """Verifies, understands and answers the pushes."""

    events = (
        CallbackEvent(event=TICKET_REPLY, label="Reply on a ticket", signed=False),
        CallbackEvent(event="product-create", label="Product created"),
        CallbackEvent(event="product-update", label="Product updated"),
        CallbackEvent(event="sku-create", label="Sku created"),
        CallbackEvent(event="sku-update", label="Sku updated"),
        CallbackEvent(event="merchant-toggle", label="Merchants switched on or off"),
        CallbackEvent(event="order-cancel", label="Order cancelled"),
        CallbackEvent(event="order-deliver", label="Order delivered"),
    )

    def verify(
        self, received: Received, secrets: tuple[str, ...], now: datetime, options: Mapping[str, str]
    ) -> Verdict:
        """Compare the token with every active secret, in the same time whichever is right.

        A missing token is taken as a hint for ``ticket-reply``, unless option ``unsigned_ticket_reply`` is refuse.
        """
        given = received.headers.get("accesstoken")
        if given is None:
            welcome = received.event == TICKET_REPLY and options.get("unsigned_ticket_reply") != "refuse"
            if welcome:
                return Verdict(accepted=True, key=_key(received, now), hint=True)
            return Verdict(accepted=False, reason="The header accesstoken is missing.")
        token = given.encode("utf-8", "replace")
        matches = [hmac.compare_digest(token, secret.encode()) for secret in secrets if secret]
        if not any(matches):
            return Verdict(accepted=False, reason="The header accesstoken holds no active token.")
        return Verdict(accepted=True, key=_key(received, now))

    def parse(self, received: Received) -> tuple[ev.Event, ...]:
        """What the push tells. Raises ``WireError`` for a body that cannot be read or names nothing."""
        if received.event not in _TELLERS:
            raise WireError(f"Shoppo has no push “{received.event}”.")
        said = read_object(received.body)
        return _TELLERS[received.event](said, _at(said))

    def answer(self, received: Received) -> tuple[int, bytes]:
        """Success is the status 200; the reply-ticket push also wants an empty error."""
        return 200, b'{"error": ""}' if received.event == TICKET_REPLY else b'{"success": true}'


def _key(received: Received, now: datetime) -> str:
    """What a repeat has in common with the first.

    A ticket's reply tells neither its time nor an id: a desk that says the same again later sends the same bytes. So
    its key changes every `REPEAT_SECONDS`; a repeat that meets the change costs one read.
    """
    turn = f"{now.timestamp() // REPEAT_SECONDS:.0f}" if received.event == TICKET_REPLY else ""
    return blake2b(b"\0".join([received.event.encode(), turn.encode(), received.body]), digest_size=16).hexdigest()


def _pick(said: Mapping[str, Any], *names: str) -> Any:
    """The first of several spellings that says something."""
    return next((said[name] for name in names if said.get(name) not in (None, "")), None)


def _id(said: Mapping[str, Any], *names: str, needed: bool = False) -> str:
    found = _pick(said, *names)
    if found is not None and (isinstance(found, bool) or not isinstance(found, str | int)):
        raise WireError("Not an id.", path=f"$.{names[0]}")
    return wire.required_id(found, names[0]) if needed or found is not None else ""


def _at(said: Mapping[str, Any]) -> float | None:
    """The push's own time in seconds; what is no time counts as none."""
    found = _pick(said, "time_updated", "timeUpdated", "timestamp")
    if isinstance(found, bool) or not isinstance(found, str | int | Decimal):
        return None
    try:
        at = wire.unix_time(found)
    except WireError:
        return None
    return at.timestamp() if at else None


def _product(said: Mapping[str, Any], at: float | None) -> tuple[ev.Event, ...]:
    return (ev.ProductTouched(remote_id=_id(said, "product_id", "productId", "id"), at=at),)


def _sku(said: Mapping[str, Any], at: float | None) -> tuple[ev.Event, ...]:
    return (ev.VariantTouched(remote_id=_id(said, "sku_id", "skuId", "id"), at=at),)


def _order(said: Mapping[str, Any], at: float | None) -> tuple[ev.Event, ...]:
    """``order_id`` is the partner order code."""
    return (ev.OrderTouched(partner_code=_id(said, "order_id", "orderId", needed=True), at=at),)


def _ticket(said: Mapping[str, Any], at: float | None) -> tuple[ev.Event, ...]:
    return (ev.TicketReplied(remote_id=_id(said, "ticketId", "ticket_id", needed=True), at=at),)


def _merchants(said: Mapping[str, Any], at: float | None) -> tuple[ev.Event, ...]:
    listed = _pick(said, "merchant_toggle_list", "merchantToggleList")
    if not isinstance(listed, list):
        raise WireError("Not a list of merchants.", path="$.merchant_toggle_list")
    return tuple(_merchant(one, f"$.merchant_toggle_list[{index}]", at) for index, one in enumerate(listed))


def _merchant(said: Any, path: str, at: float | None) -> ev.MerchantToggled:
    switches = {"true": True, "1": True, "false": False, "0": False}
    enabled = switches.get(str(said.get("enabled")).strip().lower()) if isinstance(said, dict) else None
    if enabled is None:
        raise WireError("Neither on nor off.", path=f"{path}.enabled")
    return ev.MerchantToggled(merchant_id=_id(said, "merchant_id", "merchantId", needed=True), enabled=enabled, at=at)


_TELLERS: dict[str, Callable[[Mapping[str, Any], float | None], tuple[ev.Event, ...]]] = {
    TICKET_REPLY: _ticket,
    "product-create": _product,
    "product-update": _product,
    "sku-create": _sku,
    "sku-update": _sku,
    "merchant-toggle": _merchants,
    "order-cancel": _order,
    "order-deliver": _order,
}
