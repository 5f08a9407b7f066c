"""The 17 endpoints of the supplier API. Two addresses are documented; the other fifteen are assumed.

The documentation's “Test API” page prints the method and address of each endpoint: one visit there is enough to
confirm or correct them on the conformance sheet.
"""

from __future__ import annotations

from channels.routes import Route

PRODUCTION_HOSTS = frozenset({"accplanet.com", "www.accplanet.com"})


def _assumed(name: str, method: str, path: str, *, secret: bool = False, quirk: str = "") -> Route:
    return Route(
        name=name, method=method, path=path, documented=False, writes=method != "GET", secret=secret, quirk=quirk
    )


ROUTES: tuple[Route, ...] = (
    Route(
        name="products.upload_image",
        method="POST",
        path="/products/api/supplier/upload-image/",
        writes=True,
        quirk="Sent as multipart/form-data with the part “image”; the answer is a path within the site.",
    ),
    Route(
        name="products.create",
        method="POST",
        path="/products/api/supplier/create/",
        writes=True,
        quirk="Not repeatable: look for the title before sending again.",
    ),
    _assumed(
        "products.list",
        "GET",
        "/products/api/supplier/list/",
        quirk="The list's envelope is not documented; results, items, data, products or a bare array are understood.",
    ),
    _assumed(
        "products.update",
        "POST",
        "/products/api/supplier/{product_id}/update/",
        quirk="Changes only the fields that are sent. Stock, price and listing go through it, one product a call.",
    ),
    _assumed(
        "products.append_accounts",
        "POST",
        "/products/api/supplier/{product_id}/accounts/",
        secret=True,
        quirk="Waiting orders are delivered from the pool later, not at once.",
    ),
    _assumed(
        "products.delete",
        "POST",
        "/products/api/supplier/{product_id}/delete/",
        quirk="Only a product that has never been sold can be deleted.",
    ),
    _assumed(
        "orders.list",
        "GET",
        "/orders/api/supplier/list/",
        quirk="There is no filter by time of change: every page is read each time.",
    ),
    _assumed(
        "orders.refund",
        "POST",
        "/orders/api/supplier/{order_id}/refund/",
        quirk="Always the whole order. Not repeatable: read the order before sending again.",
    ),
    _assumed(
        "orders.update_delivered_info",
        "POST",
        "/orders/api/supplier/{order_id}/delivered-info/",
        secret=True,
        quirk="Appending drops rows that are already there, also ones that are meant to be equal.",
    ),
    _assumed(
        "orders.change_status",
        "POST",
        "/orders/api/supplier/{order_id}/status/",
        quirk="Nobody documents whether refunded_order moves money here: use a refund for that.",
    ),
    _assumed("orders.get", "GET", "/orders/api/{order_id}/", quirk="Open to buyer, supplier and staff."),
    _assumed("tickets.list", "GET", "/tickets/api/supplier/list/"),
    _assumed(
        "tickets.get",
        "GET",
        "/tickets/api/supplier/{ticket_id}/",
        quirk="Shows no replies: a conversation cannot be read through the API.",
    ),
    _assumed(
        "tickets.create",
        "POST",
        "/tickets/api/supplier/create/",
        quirk="Not repeatable: look for the ticket among those of the order before sending again.",
    ),
    _assumed(
        "tickets.update",
        "POST",
        "/tickets/api/supplier/{ticket_id}/update/",
        quirk="There is no endpoint for replies; the description is the only text that can be sent.",
    ),
    _assumed("payments.list", "GET", "/payments/api/supplier/list/", quirk="Payments of buyers, not payouts."),
    _assumed("account.balance", "GET", "/account/api/balance/"),
)
