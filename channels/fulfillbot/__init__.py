"""Fulfillbot: a purchasing agent. Buys at Taobao, 1688 and Weidian, keeps the goods, ships them abroad."""

from __future__ import annotations

from channels.fulfillbot.channel import FulfillbotChannel
from channels.fulfillbot.dialect import FulfillbotDialect
from channels.fulfillbot.routes import ROUTES, SCOPES
from channels.fulfillbot.sandbox import FulfillbotSandbox
from channels.http import open_http
from channels.platform import Field, Platform, Ports, Settings
from channels.ports import StaticHeaders

BASE_URL = "https://api.fulfillbot.com/api/v1/open"
HOSTS = frozenset({"api.fulfillbot.com"})


def open_channel(settings: Settings, ports: Ports) -> FulfillbotChannel:
    """A channel for one key."""
    http = open_http(
        settings,
        ports,
        routes=ROUTES,
        production_hosts=HOSTS,
        authorizer=StaticHeaders({"authorization": f"Bearer {settings.credentials['api_key']}"}),
        dialect=FulfillbotDialect(),
    )
    return FulfillbotChannel(http, ports.now)


_AGENT = "The agent buys for you; it has no buyers of yours"

PLATFORM = Platform(
    key="fulfillbot",
    label="Fulfillbot",
    mark="FB",
    summary="Purchasing agent: buy at Taobao, 1688 and Weidian, store in its warehouse, ship abroad.",
    base_url=BASE_URL,
    production_hosts=HOSTS,
    credentials=(
        Field(
            key="api_key",
            label="API key",
            kind="password",
            secret=True,
            hint="Begins with sk-; made on the page “API Keys”, which also sets scopes, IP whitelist and limit. "
            f"Scopes that are used: {', '.join(SCOPES)}.",
        ),
    ),
    routes=ROUTES,
    channel=FulfillbotChannel,
    open=open_channel,
    sandbox=FulfillbotSandbox,
    needs={
        "PullsOrders": f"{_AGENT}, so there are purchase orders only.",
        "PullsThreads": f"{_AGENT} to write with.",
        "PullsTickets": "Its after-sales run on its own web page; no call for them is documented.",
        "PullsProducts": "It has no catalog of yours: search its sources instead.",
    },
)
