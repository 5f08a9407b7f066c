"""SHOPPO: a partner marketplace with one GraphQL address."""

from __future__ import annotations

from channels.platform import Field, Platform
from channels.shoppo.arguments import STYLES
from channels.shoppo.callbacks import ShoppoCallbacks
from channels.shoppo.channel import LOOKBACK_DAYS, PRODUCTION_HOSTS, ShoppoChannel, open_channel
from channels.shoppo.routes import ROUTES
from channels.shoppo.sandbox import ShoppoSandbox

_READ_ONLY = "Shoppo's partner API lets partners read the catalog, not change it."
_NO_BUYERS = "Shoppo has no messages with buyers; its tickets take their place."

PLATFORM = Platform(
    key="shoppo",
    label="SHOPPO",
    mark="SH",
    summary="Partner marketplace: catalog, orders placed and paid by us, three kinds of tickets.",
    base_url="https://graphql.shoppo.com/api/graphql/partner",
    production_hosts=PRODUCTION_HOSTS,
    credentials=(
        Field(key="access_token", label="Access token", kind="password", secret=True),
        Field(key="viewer_id", label="Viewer id", kind="password", secret=True),
    ),
    options=(
        Field(
            key="order_filter_style",
            label="Spelling of order filters",
            kind="choice",
            choices=STYLES,
            default=STYLES[0],
            required=False,
            hint="The document's table says snake, all its samples are camel. Auto begins with snake.",
        ),
        Field(
            key="unsigned_ticket_reply",
            label="Ticket replies pushed without a token",
            kind="choice",
            choices=("accept", "refuse"),
            default="accept",
            required=False,
            hint="The document shows this push without a token. Accepted ones only make us read the ticket.",
        ),
        Field(
            key="lookback_days",
            label="Days to look back",
            kind="number",
            default=str(LOOKBACK_DAYS),
            required=False,
            hint="Orders are found by payment time and tickets by creation time only: a refresh reads this far back.",
        ),
    ),
    routes=ROUTES,
    channel=ShoppoChannel,
    open=open_channel,
    sandbox=ShoppoSandbox,
    callbacks=ShoppoCallbacks(),
    needs={
        "SetsStock": _READ_ONLY,
        "SetsPrices": _READ_ONLY,
        "SetsListings": _READ_ONLY,
        "CreatesProducts": _READ_ONLY,
        "UpdatesProducts": _READ_ONLY,
        "DeletesProducts": _READ_ONLY,
        "DeliversOrders": "Shoppo ships orders itself.",
        "RefundsOrders": "Shoppo refunds by ticket: open a refund ticket.",
        "SendsMessages": _NO_BUYERS,
        "PullsThreads": _NO_BUYERS,
        "UpdatesTickets": "Shoppo's desk sets the status of a ticket; partners reply.",
    },
)
