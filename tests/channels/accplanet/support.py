"""Samples, an open channel over its sandbox, and small ways to look at what went out."""

import json
from pathlib import Path
from typing import Any

import httpx

from channels.accplanet import PLATFORM
from channels.accplanet.routes import ROUTES
from channels.platform import Ports, Settings
from channels.records import Ref
from channels.sandbox import Request
from tests.channels.opening import open_over, sandbox_of

SAMPLES = Path(__file__).parent / "samples"
SITE = "https://accplanet.com"


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}__example.json").read_bytes()


class Bench:
    """A sandbox, a channel over it, and the exchanges between them."""

    def __init__(self, **options: Any) -> None:
        self.sandbox = sandbox_of(PLATFORM)
        self.exchanges: list[Any] = []
        self.requests: list[Request] = []
        handle = self.sandbox.handle
        self.sandbox.handle = lambda request, in_process=True: (self.requests.append(request), handle(request))[1]
        self.channel = open_over(PLATFORM, self.sandbox, exchanges=self.exchanges, **options)

    @property
    def writes(self) -> list[tuple[str, dict[str, Any]]]:
        return [(entry.endpoint, entry.effect) for entry in self.sandbox.ledger]

    @property
    def sent(self) -> list[tuple[str, str, bytes]]:
        """Method, path as it went over the wire, and body of every request."""
        return [(one.method, one.path, one.body) for one in self.requests]

    def call(self, method: str, path: str, body: Any = None, *, key: str | None = "", **query: str) -> tuple[int, Any]:
        """A request by hand: status and decoded answer. ``key=None`` sends no credentials."""
        headers = {"content-type": "application/json"}
        if key is not None:
            headers["x-api-key"] = key or self.sandbox.credentials["api_key"]
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        reply = self.sandbox.handle(Request(method, path, query, headers, raw))
        return reply.status, json.loads(reply.encoded()) if reply.content_type == "application/json" else reply.body

    def order(self, **wanted: Any) -> dict[str, Any]:
        """The first order of the sandbox that is as wanted."""
        return next(o for o in self.sandbox.orders.values() if all(o[k] == v for k, v in wanted.items()))

    def waiting(self, quantity: int) -> dict[str, Any]:
        """A paid order of ``quantity`` units of which none is delivered."""
        order = self.order(status="pending_order", payment_status="completed_payment", delivered_units=0)
        order.update(quantity=quantity, remaining_to_deliver=quantity)
        return order

    def product(self, **wanted: Any) -> dict[str, Any]:
        return next(p for p in self.sandbox.products.values() if all(p[k] == v for k, v in wanted.items()))

    def unsold(self) -> dict[str, Any]:
        sold = {o["product_id"] for o in self.sandbox.orders.values()}
        return next(p for p in self.sandbox.products.values() if p["product_id"] not in sold)

    def all_of(self, pull: Any) -> list[Any]:
        found, after = [], None
        while True:
            page = pull(after, None)
            assert page.bad == ()
            found += page.records
            if page.next is None:
                return found
            after = page.next


def ref(remote_id: str, **more: str) -> Ref:
    return Ref(remote_id=remote_id, **more)


def answering(*answers: httpx.Response, base_url: str = "http://sandbox.test", **options: Any) -> Any:
    """A channel whose platform gives these answers, one after the other (the last for ever); ``.asked`` collects."""
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = answers[min(len(asked), len(answers)) - 1]
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)

    settings = Settings(base_url=base_url, credentials={"api_key": "ap_demo_key_123456"}, **options)
    channel = PLATFORM.open(settings, Ports(transport=httpx.MockTransport(handler), pause=lambda seconds: None))
    channel.asked = asked
    return channel


def route_names() -> list[str]:
    return [route.name for route in ROUTES]
