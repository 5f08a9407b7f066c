"""Samples, a channel over scripted answers, and a channel over its sandbox."""

import json
from pathlib import Path
from typing import Any

import httpx

from channels.fulfillbot import PLATFORM
from channels.fulfillbot.channel import FulfillbotChannel
from channels.fulfillbot.sandbox import FulfillbotSandbox
from channels.platform import Ports, Settings
from channels.ports import Exchange
from channels.records import Address, PurchaseDraft, PurchaseItem, Ref, ShipmentDraft, ShipmentItemRecord
from channels.sandbox import Request
from tests.channels.opening import START, open_over, sandbox_of

SAMPLES = Path(__file__).parent / "samples"
SITE = "https://api.fulfillbot.com/api/v1/open"
KEY = "sk-xxx-0123456789"


def sample(name: str) -> bytes:
    """An example of the document (its ``[...]`` is ``[]``); ``…__body`` is a request, ``…__document`` an answer."""
    return (SAMPLES / f"{name}.json").read_bytes()


def sample_data(name: str) -> Any:
    return json.loads(sample(f"{name}__document"))["data"]


def ref(remote_id: str) -> Ref:
    return Ref(remote_id=remote_id)


SHOE = PurchaseItem(product="12345", sku="s001", quantity=2)
HOME = Address(
    name="John Doe",
    phone="+1-555-0123",
    street1="123 Main St",
    city="Los Angeles",
    state="California",
    postcode="90001",
    country="US",
)


def purchase(*items: PurchaseItem, remark: str = "") -> PurchaseDraft:
    return PurchaseDraft(items=items or (SHOE,), remark=remark)


def parcel(*packages: str, channel: str = "ch-001") -> ShipmentDraft:
    lines = tuple(ShipmentItemRecord(package_remote_id=package) for package in packages)
    return ShipmentDraft(items=lines, channel=channel, recipient=HOME)


class Script(httpx.BaseTransport):
    """Answers with what was written down, one after the other, and keeps the requests."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        return self.answers.pop(0)

    @property
    def sent(self) -> list[tuple[str, str, Any]]:
        """Method, path and query after the base URL, and decoded body (``None`` without one)."""
        found = []
        for request in self.requests:
            path = request.url.raw_path.decode().removeprefix("/api/v1/open")
            found.append((request.method, path, json.loads(request.content) if request.content else None))
        return found


def said(body: bytes | Any, status: int = 200, **headers: str) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, content=raw, headers=headers)


def scripted(*answers: httpx.Response | bytes | Any) -> tuple[FulfillbotChannel, Script]:
    """A channel on the documented address whose platform gives these answers (a bare body is a 200)."""
    script = Script(*(one if isinstance(one, httpx.Response) else said(one) for one in answers))
    settings = Settings(base_url=SITE, credentials={"api_key": KEY})
    ports = Ports(transport=script, now=lambda: START, pause=lambda seconds: None)
    return PLATFORM.open(settings, ports), script


class Bench:
    """A sandbox that never runs out of calls, a channel over it, and the exchanges between them."""

    def __init__(self, calls_per_minute: int = 100_000) -> None:
        found = sandbox_of(PLATFORM)
        assert isinstance(found, FulfillbotSandbox)
        self.sandbox = found
        self.sandbox.calls_per_minute = calls_per_minute
        self.exchanges: list[Exchange] = []
        self.channel: FulfillbotChannel = open_over(PLATFORM, self.sandbox, exchanges=self.exchanges)

    @property
    def applied(self) -> list[str]:
        return [entry.endpoint for entry in self.sandbox.ledger]

    @property
    def effects(self) -> list[dict[str, Any]]:
        return [entry.effect for entry in self.sandbox.ledger]

    @property
    def called(self) -> list[str]:
        return [exchange.route for exchange in self.exchanges]

    def fault(self, endpoint: str, fault: str, **more: Any) -> None:
        body = json.dumps({"endpoint": endpoint, "fault": fault, **more}).encode()
        assert self.sandbox.handle(Request("POST", "/_sandbox/faults", {}, {}, body)).status == 200

    def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **query: str
    ) -> tuple[int, Any]:
        """A request by hand: status and decoded answer."""
        sent = self.sandbox.credentials["api_key"] if key is None else key
        headers = {"content-type": "application/json", "authorization": f"Bearer {sent}"}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        reply = self.sandbox.handle(Request(method, path, query, headers, raw))
        return reply.status, json.loads(reply.encoded())

    def order(self, status: str) -> dict[str, Any]:
        """The newest order in a status."""
        return next(o for o in reversed(self.sandbox.orders.values()) if o["status"] == status)

    def shipment(self, status: str) -> dict[str, Any]:
        return next(s for s in self.sandbox.shipments.values() if s["status"] == status)

    def shippable(self) -> list[str]:
        """Ids of packages that may be shipped, light enough for every channel."""
        rows = self.call("GET", "/warehouse/packages/shippable", limit="100")[1]["data"]["items"]
        return [str(row["id"]) for row in rows]

    def money(self) -> tuple[Any, Any]:
        return self.sandbox.balance, self.sandbox.frozen


def everything(pull: Any) -> list[Any]:
    """All records of a pull."""
    found: list[Any] = []
    after = None
    while True:
        page = pull(after, None)
        assert page.bad == ()
        found += page.records
        if page.next is None:
            return found
        after = page.next
