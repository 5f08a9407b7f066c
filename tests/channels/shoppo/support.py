"""What the tests of this platform share: samples, a raw caller, names of what the sandbox holds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from channels import records as r
from channels.sandbox import Reply, Request
from channels.shoppo.sandbox import ShoppoSandbox

SAMPLES = Path(__file__).parent / "samples"
HEADERS = {
    "accesstoken": ShoppoSandbox.credentials["access_token"],
    "viewerid": ShoppoSandbox.credentials["viewer_id"],
    "content-type": "application/json",
}
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    + (2000).to_bytes(4, "big")
    + (1644).to_bytes(4, "big")
    + b"\x08\x02\x00\r\n--"
)
ADDRESS = r.Address(
    street1="1 Folsom St", city="San Francisco", state="CA", postcode="94106", country="US", phone="3356432453"
)


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes().strip()


def call(
    sandbox: ShoppoSandbox, query: str, variables: Any = None, *, name: str | None = None, **headers: str
) -> tuple[int, Any]:
    """One raw GraphQL request; gives status and decoded body."""
    body = json.dumps({"query": query, "variables": variables or {}, "operationName": name}).encode()
    return post(sandbox, body, **headers)


def post(sandbox: ShoppoSandbox, body: bytes, *, method: str = "POST", path: str = "/", **headers: str) -> Any:
    reply = sandbox.handle(Request(method, path, {}, {**HEADERS, **headers}, body))
    return reply.status, json.loads(reply.encoded())


def spy(sandbox: ShoppoSandbox, seen: list[Request]) -> None:
    """Keep every request that reaches the sandbox."""
    handle: Callable[..., Reply] = sandbox.handle

    def noted(request: Request, in_process: bool = True) -> Reply:
        seen.append(request)
        return handle(request, in_process)

    sandbox.handle = noted  # type: ignore[method-assign]


def answers(sandbox: ShoppoSandbox, body: Any, status: int = 200) -> None:
    """Let the platform answer everything with these bytes or this JSON."""
    ready = body if isinstance(body, bytes) else json.dumps(body).encode()
    sandbox.handle = lambda request, in_process=True: Reply(status, ready)  # type: ignore[method-assign]


def an_order(sandbox: ShoppoSandbox, status: str, item_status: str = "") -> dict[str, Any]:
    """An order in that status, all of whose items are in the other one (or any)."""
    return next(
        order
        for order in sandbox.shop.orders.values()
        if order["status"] == status
        and all(item_status in ("", sandbox.shop.nodes[item]["status"]) for item in order["_items"])
    )


def a_sku(sandbox: ShoppoSandbox, least: int = 40) -> dict[str, Any]:
    """A Sku for sale with some stock."""
    return next(
        sandbox.shop.nodes[sku]
        for product in sandbox.shop.products.values()
        for sku in product["_skus"]
        if product["enabled"] and sandbox.shop.nodes[sku]["enabled"] and sandbox.shop.nodes[sku]["inventory"] >= least
    )


def a_ticket(sandbox: ShoppoSandbox, desk: str = "", typename: str = "") -> dict[str, Any]:
    return next(
        ticket
        for ticket in sandbox.shop.tickets.values()
        if desk in ("", ticket["zendeskStatus"]) and typename in ("", ticket["__typename"])
    )


def draft(sku_id: str, quantity: int = 2, code: str = "P-1001", **changes: Any) -> r.OrderDraft:
    whole = {
        "lines": (r.OrderDraftLine(variant_remote_id=sku_id, quantity=quantity),),
        "first_name": "A",
        "last_name": "B",
        "address": ADDRESS,
        "partner_code": code,
    }
    return r.OrderDraft(**{**whole, **changes})


def effects(sandbox: ShoppoSandbox) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.endpoint, entry.effect) for entry in sandbox.ledger]


def asked(request: Request) -> dict[str, Any]:
    """The GraphQL request as the platform got it."""
    found: dict[str, Any] = json.loads(request.body)
    return found
