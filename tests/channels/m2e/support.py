"""What the tests of this platform share: samples, a raw caller, names of what the sandbox holds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from channels.m2e.sandbox import M2eSandbox
from channels.sandbox import Reply, Request

SAMPLES = Path(__file__).parent / "samples"
TOKEN = M2eSandbox.credentials["access_token"]


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes().strip()


def call(
    sandbox: M2eSandbox, method: str, path: str, body: Any = None, *, token: str = TOKEN, **query: str
) -> tuple[int, Any, dict[str, str]]:
    """One raw request; ``body`` may be ready bytes. Gives status, decoded body and headers."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    reply = sandbox.handle(Request(method, path, query, {"access-token": token}, raw))
    return reply.status, json.loads(reply.encoded()), reply.headers


def spy(sandbox: M2eSandbox, seen: list[Request]) -> None:
    """Keep every request that reaches the sandbox."""
    handle: Callable[..., Reply] = sandbox.handle

    def noted(request: Request, in_process: bool = True) -> Reply:
        seen.append(request)
        return handle(request, in_process)

    sandbox.handle = noted  # type: ignore[method-assign]


def product(sandbox: M2eSandbox, *, simple: bool = True) -> dict[str, Any]:
    """A product whose SKU and variants' SKUs are all there."""
    return next(
        p
        for p in sandbox.world.products.values()
        if p["sku"] and p["is_simple"] is simple and all(v["sku"] for v in p["variants"])
    )


def account(sandbox: M2eSandbox, channel: str) -> dict[str, Any]:
    return next(a for a in sandbox.world.accounts if a["channel"] == channel)


def an_order(sandbox: M2eSandbox, channel: str = "ebay", **having: Any) -> dict[str, Any]:
    orders = sandbox.world.orders[account(sandbox, channel)["token"]]
    return next(o for o in orders if all(o[key] == value for key, value in having.items()))


def effects(sandbox: M2eSandbox) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.endpoint, entry.effect) for entry in sandbox.ledger]
