"""Sends pushes to the dashboard as platforms do, true ones and forged ones."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.test import Client

from channels.imetastore.callbacks import signature
from channels.sandbox import Push
from tests.connected import CALLBACK_KEY, Connected


def address(to: Connected, event: str) -> str:
    """Where a connection's pushes of an event go."""
    return f"/callbacks/{CALLBACK_KEY}{to.connection.slug}/{event}"


def answered(
    to: Connected, event: str, body: bytes, headers: dict[str, str], client: Client | None = None
) -> tuple[int, bytes]:
    """One push; status and body of the answer."""
    given = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "application/json")
    reply = (client or Client()).post(address(to, event), data=body, content_type=kind, headers=given)
    return int(reply.status_code), reply.content


def post(to: Connected, event: str, body: bytes, headers: dict[str, str], client: Client | None = None) -> int:
    """One push; its status."""
    return answered(to, event, body, headers, client)[0]


def send(to: Connected, push: Push, client: Client | None = None) -> int:
    """A push that the sandbox made; its status."""
    return post(to, push.event, push.body, push.headers, client)


def signed(secret: str, order: dict[str, Any], at: datetime, request_id: str) -> Push:
    """An order status push as the signing platform sends it."""
    stamp = str(int(at.timestamp() * 1000))
    body = json.dumps({"orderId": order["orderId"], "sellerOrderStatus": order["sellerOrderStatus"]}).encode()
    headers = {"X-Timestamp": stamp, "X-Request-Id": request_id, "X-Signature": signature(stamp, request_id, secret)}
    return Push("order-status", headers, body)
