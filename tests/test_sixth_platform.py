"""A platform that nobody has heard of: one folder's worth of code and one registry entry, and everything works."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import msgspec
import pytest
from django.core.management import call_command

from channels import errors as e
from channels import records as r
from channels import wire
from channels.capabilities import PriceRule
from channels.http import Answer, Call, Http, InProcess, open_http
from channels.paging import Chunk, single
from channels.platform import Field, Platform, Ports, Settings
from channels.ports import Limits, StaticHeaders
from channels.registry import PLATFORMS
from channels.routes import Route
from channels.sandbox import Refusal, Reply, Request, Sandbox, endpoint
from dashboard.sync import opening

ROUTES = (
    Route(name="goods", method="GET", path="/goods"),
    Route(name="price", method="PUT", path="/goods/{id}/price", writes=True),
)


class Good(msgspec.Struct):
    """A thing on sale, in the platform's spelling."""

    id: int
    name: str
    price: Decimal


class SixthDialect:
    """Refusals carry `why`."""

    def explain(self, answer: Answer, route: Route, now: datetime) -> e.ChannelError | None:
        if answer.status == 422:
            return e.Rejected(json.loads(answer.body)["why"], status=422)
        return None

    def limits(self, answer: Answer) -> Limits | None:
        return None


class SixthChannel:
    """Products in, prices out."""

    price_batch = 1
    price_rule = PriceRule(maximum=Decimal(100))

    def __init__(self, http: Http) -> None:
        self.http = http

    def check_credentials(self) -> r.Identity:
        return r.Identity(name=f"{len(self.pull_products(None, None).records)} goods")

    def pull_products(self, after: str | None, since: datetime | None) -> r.Page[r.ProductRecord]:
        raws = self.http.fetch(Call(route=self.http.routes.get("goods")), list[msgspec.Raw])
        records, bad = wire.each(raws, Good, _product)
        return single(Chunk(records=records, bad=bad, total=len(raws)))

    def read_product(self, product: r.Ref) -> r.ProductRecord | None:
        found = (one for one in self.pull_products(None, None).records if one.remote_id == product.remote_id)
        return next(found, None)

    def set_prices(self, changes: tuple[r.PriceChange, ...]) -> r.Receipt:
        change = changes[0]
        route = self.http.routes.get("price")
        call = Call(route=route, params={"id": change.variant.remote_id}, json={"price": change.price.amount})
        self.http.fetch(call, dict[str, Any])
        return r.Receipt()


def _product(good: Good, raw: bytes) -> r.ProductRecord:
    key = str(good.id)
    variant = r.VariantRecord(remote_id=key, price=wire.amount(good.price), currency="USD")
    return r.ProductRecord(remote_id=key, title=good.name, status="on_sale", variants=(variant,), raw=raw)


class SixthSandbox(Sandbox):
    """Three goods, and prices that may not end in 13."""

    platform = "sixth"
    credentials = {"key": "sixth-demo-key"}

    def populate(self) -> None:
        self.goods = {n: {"id": n, "name": f"Good {n}", "price": 10 + n} for n in (1, 2, 3)}

    def authenticate(self, request: Request) -> None:
        if request.headers.get("x-key") != self.credentials["key"]:
            raise Refusal(Reply(401, {"why": "no key"}))

    @endpoint("GET", "/goods", "goods")
    def all_goods(self, request: Request) -> Reply:
        return Reply(200, list(self.goods.values()))

    @endpoint("PUT", "/goods/{id}/price", "price")
    def set_price(self, request: Request) -> Reply:
        price = request.json()["price"]
        if str(price).endswith("13"):
            raise Refusal(Reply(422, {"why": "Thirteen brings bad luck."}))
        self.goods[int(request.params["id"])]["price"] = price
        self.applied("price", id=request.params["id"], price=str(price))
        return Reply(200, {})


def _open(settings: Settings, ports: Ports) -> SixthChannel:
    key = StaticHeaders({"x-key": settings.credentials["key"]})
    hosts = frozenset({"sixth.example"})
    return SixthChannel(
        open_http(settings, ports, routes=ROUTES, production_hosts=hosts, authorizer=key, dialect=SixthDialect())
    )


SIXTH = Platform(
    key="sixth",
    label="The Sixth",
    mark="6t",
    summary="For this test.",
    base_url="https://sixth.example",
    production_hosts=frozenset({"sixth.example"}),
    credentials=(Field(key="key", label="Key", secret=True),),
    routes=ROUTES,
    channel=SixthChannel,
    open=_open,
    sandbox=SixthSandbox,
)


@pytest.fixture
def sixth(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SixthSandbox:
    """The platform registered, its sandbox where its address is."""
    sandbox = SixthSandbox()
    settings.COMMAND_SETTLE_SECONDS = 0
    monkeypatch.setitem(PLATFORMS, "sixth", SIXTH)
    monkeypatch.setitem(opening.TRANSPORTS, "https://sixth.example", InProcess(sandbox))
    return sandbox


def shell(*words: str) -> str:
    """What a management command prints."""
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_sixth_platform_needs_nothing_else(sixth: SixthSandbox, client_for: Any) -> None:
    shell("connection", "add", "sixth", "six", "--set", "key=sixth-demo-key")
    feeds = json.loads(shell("connection", "show", "six", "--format", "json"))["feeds"]
    assert [feed["feed"] for feed in feeds] == ["products"]
    assert json.loads(shell("refresh", "six", "--format", "json"))["created"] == 3
    assert json.loads(shell("connection", "check", "six", "--format", "json"))["proven"]

    done = json.loads(shell("command", "submit", "six", "catalog.set_price", "2", "price=19.90", "--now"))
    assert (done["state"], done["error"]) == ("done", "")
    assert [entry.effect for entry in sixth.ledger] == [{"id": "2", "price": "19.90"}]
    assert '"19.90"' in shell("export", "variants", "--format", "json")

    with pytest.raises(SystemExit) as ended:
        shell("command", "submit", "six", "catalog.set_price", "3", "price=13.13", "--now")
    assert ended.value.code == 2
    assert len(sixth.ledger) == 1
    page = client_for("admin").get("/catalog/")
    assert "Good 2" in page.content.decode()
