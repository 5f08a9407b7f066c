"""M2E Cloud: an aggregator of eBay, Amazon, Walmart, Kaufland, TikTok and more (Sales Channels API 4.0)."""

from __future__ import annotations

from channels.m2e.channel import PRODUCTION_HOSTS, M2eChannel, open_channel
from channels.m2e.routes import ROUTES
from channels.m2e.sandbox import M2eSandbox
from channels.platform import Field, Platform

PLATFORM = Platform(
    key="m2e",
    label="M2E Cloud",
    mark="M2",
    summary="Aggregator: eBay, Amazon, Walmart, TikTok, Kaufland and more through one catalog.",
    base_url="https://m2e.cloud/api/v1/api",
    production_hosts=PRODUCTION_HOSTS,
    credentials=(
        Field(
            key="access_token",
            label="Access token",
            kind="password",
            secret=True,
            hint="M2E Cloud, Settings → Catalog → API. Sent as the header access-token.",
        ),
    ),
    options=(
        Field(
            key="currency",
            label="Currency of the catalog",
            required=False,
            default="USD",
            hint="ISO 4217. M2E Cloud names no currency when products are read.",
        ),
        Field(
            key="order_window_days",
            label="Days of orders to read again",
            kind="number",
            required=False,
            default="30",
            hint="Orders carry no time of change: each refresh reads those sold in this many days before the last one.",
        ),
    ),
    routes=ROUTES,
    channel=M2eChannel,
    open=open_channel,
    sandbox=M2eSandbox,
    needs={
        "SetsListings": "M2E Cloud sets a product's status only when it is created; nothing lists or delists it later.",
        "UploadsImages": "M2E Cloud takes images by their address.",
        "DeliversOrders": "Orders are read-only at M2E Cloud; shipping is reported on the marketplace.",
        "SetsOrderStatus": "Orders are read-only at M2E Cloud.",
        "RefundsOrders": "Orders are read-only at M2E Cloud; refund on the marketplace.",
        "CancelsOrders": "Orders are read-only at M2E Cloud; cancel on the marketplace.",
        "PullsThreads": "M2E Cloud carries no messages.",
        "PullsTickets": "M2E Cloud has no tickets.",
        "PullsPayments": "M2E Cloud states no payments.",
    },
)
