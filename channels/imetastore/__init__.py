"""imetastore (iGV): a marketplace for digital goods and game accounts."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import msgspec

from channels.http import guarded_transport, open_http
from channels.imetastore.callbacks import Callbacks
from channels.imetastore.channel import LOOKBACK_DAYS, Channel
from channels.imetastore.client import login
from channels.imetastore.dialect import Dialect
from channels.imetastore.routes import ROUTES
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.imetastore.session import Login
from channels.platform import Field, Platform, Ports, Settings
from channels.ports import StaticHeaders

BASE_URL = "https://paas-gateway.imetastore.io/merchant-api"
OTHER_BASE_URL = "https://www.igv.com/api/merchant-api"
HOSTS = frozenset(urlsplit(url).hostname or "" for url in (BASE_URL, OTHER_BASE_URL))


def open_channel(settings: Settings, ports: Ports) -> Channel:
    """A channel with two doors over one transport: one to log in through, one that carries the token."""
    ports = msgspec.structs.replace(ports, transport=ports.transport or guarded_transport(ports.private_hosts))
    door = partial(open_http, settings, ports, routes=ROUTES, production_hosts=HOSTS, dialect=Dialect())
    entrance = door(authorizer=StaticHeaders({}))
    email, password = settings.credentials.get("email", ""), settings.credentials.get("password", "")
    authorizer = Login(partial(login, entrance, email, password), ports.tokens, ports.now)
    return Channel(door(authorizer=authorizer), settings, ports.now)


PLATFORM = Platform(
    key="imetastore",
    label="iMetaStore",
    mark="iM",
    summary="Marketplace for digital goods and accounts: products, orders, after-sales, buyers' messages.",
    base_url=BASE_URL,
    production_hosts=HOSTS,
    credentials=(
        Field(key="email", label="E-mail", kind="email", hint="The seller's login e-mail."),
        Field(key="password", label="Password", kind="password", secret=True, hint="The seller's login password."),
    ),
    options=(
        Field(
            key="order_status_map",
            label="Order status codes",
            kind="json",
            required=False,
            hint='Codes beyond 1 are documented nowhere. A JSON object of code to word, such as {"3": "delivered"}.',
        ),
        Field(
            key="case_status_map",
            label="After-sales status codes",
            kind="json",
            required=False,
            hint="A JSON object of code to pending, approved, rejected or lapsed.",
        ),
        Field(
            key="order_lookback_days",
            label="Days to look back for changed orders",
            kind="number",
            required=False,
            default=str(LOOKBACK_DAYS),
            hint="The order list can be filtered by when an order was made, not by when it changed.",
        ),
        Field(
            key="currency",
            label="Currency where none is stated",
            kind="choice",
            required=False,
            default="USD",
            choices=("USD", "EUR"),
        ),
    ),
    routes=ROUTES,
    channel=Channel,
    open=open_channel,
    sandbox=ImetastoreSandbox,
    callbacks=Callbacks(),
    needs={
        "CreatesProducts": "The seller API has no endpoint that makes products: make them in the seller console.",
        "UpdatesProducts": "The seller API changes stock, price and listing only.",
        "DeletesProducts": "The seller API cannot delete: take the product off sale instead.",
        "RefundsOrders": "A refund is given by approving the buyer's after-sales case.",
        "SetsOrderStatus": "The status follows from delivering and from the buyer.",
        "CancelsOrders": "The seller API cannot cancel an order.",
        "UploadsImages": "The seller API takes addresses of images, no files.",
    },
)
