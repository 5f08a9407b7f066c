"""AccPlanet: a marketplace for accounts and other digital goods; the supplier API (17 endpoints)."""

from channels.accplanet.channel import AccPlanetChannel, open_channel
from channels.accplanet.routes import PRODUCTION_HOSTS, ROUTES
from channels.accplanet.sandbox import AccPlanetSandbox
from channels.platform import Field, Platform

PLATFORM = Platform(
    key="accplanet",
    label="AccPlanet",
    mark="Ac",
    summary="Supplier of digital goods: products with pools of accounts, orders, refunds, tickets, payments.",
    base_url="https://accplanet.com",
    production_hosts=PRODUCTION_HOSTS,
    credentials=(
        Field(
            key="api_key",
            label="API key",
            kind="password",
            secret=True,
            hint="From the “API key” page of the supplier's profile.",
        ),
    ),
    options=(
        Field(
            key="currency",
            label="Currency",
            required=False,
            default="USD",
            hint="ISO code of all prices; the platform states none.",
        ),
        Field(
            key="product_sort",
            label="Sort word for “last changed first”",
            required=False,
            hint="The platform does not document its sort words. With the right one, products are read faster.",
        ),
    ),
    routes=ROUTES,
    channel=AccPlanetChannel,
    open=open_channel,
    sandbox=AccPlanetSandbox,
    needs={
        "RepliesToTickets": "AccPlanet has no endpoint for replies; a ticket's status, title and text can be changed.",
        "CancelsOrders": "AccPlanet has no endpoint to cancel an order; a full refund is what it offers.",
        "DecidesCases": "AccPlanet has no refund requests; a full refund can be made on the order.",
        "ReadsCases": "AccPlanet has no refund requests; a full refund can be made on the order.",
        "SendsMessages": "AccPlanet documents no messages, only tickets.",
        "PullsThreads": "AccPlanet documents no messages, only tickets.",
        "PullsWallet": "AccPlanet states balances and buyers' payments, but no movements.",
        "ReportsDeliveryErrors": "AccPlanet documents no delivery errors; open a ticket instead.",
    },
)
