"""The agent's endpoints as data. Every path is named by the API reference; a quirk says where a shape is assumed.

One key has one allowance (60 calls a minute unless the key says otherwise), so that all routes share one bucket.
"""

from __future__ import annotations

from channels.routes import Route

_ENVELOPE = "The reference page shows it without a body; the shape of the common search is assumed."
_NAMED = "Only named in the document; its answer is assumed to be like the list's rows."
_DONE = "Only named in the document; its answer is assumed to be a message."


def _read(name: str, path: str, scope: str, quirk: str = "") -> Route:
    return Route(name=name, method="GET", path=path, scope=scope, quirk=quirk)


def _ask(name: str, path: str, scope: str, quirk: str = "") -> Route:
    """A POST that changes nothing: safe to repeat."""
    return Route(name=name, method="POST", path=path, scope=scope, quirk=quirk)


def _write(name: str, method: str, path: str, scope: str, quirk: str = "") -> Route:
    return Route(name=name, method=method, path=path, scope=scope, writes=True, quirk=quirk)


_PRODUCTS = (
    _read(
        "products.search", "/products/search", "products:read", "Pages of at most 100; sort is price, sales or created."
    ),
    _read("products.search_taobao", "/products/platform/taobao/search", "products:read", _ENVELOPE),
    _read("products.search_1688", "/products/platform/1688/search", "products:read", _ENVELOPE),
    _read("products.search_weidian", "/products/platform/weidian/search", "products:read", _ENVELOPE),
    _read(
        "products.read", "/products/{id}", "products:read", "A product's stock need not be the sum of its SKUs' stocks."
    ),
    _ask("products.import_1688", "/products/import/1688", "products:read", "Only this answer states minOrder."),
)

_CART = (
    _read("cart.read", "/cart", "cart:read", "totalItems counts lines, not pieces."),
    _write("cart.add", "POST", "/cart/items", "cart:write", "Whether the same SKU merges into its line is not stated."),
    _write("cart.add_batch", "POST", "/cart/items/batch", "cart:write", "Takes no remarks; its limit is not stated."),
    _write("cart.update", "PATCH", "/cart/items/{id}", "cart:write"),
    _write("cart.remove", "DELETE", "/cart/items/{id}", "cart:write"),
    _write("cart.clear", "DELETE", "/cart", "cart:write", _DONE),
)

_ORDERS = (
    _write("orders.create", "POST", "/orders", "orders:write", "Spends wallet money, and knows no idempotency key."),
    _read(
        "orders.list", "/orders", "orders:read", "Rows are short: lines, logistics and inspection are in the detail."
    ),
    _read("orders.read", "/orders/{id}", "orders:read", "Whether remark comes back is not stated."),
    _read("orders.status", "/orders/{id}/status", "orders:read", "Only named; {orderNo, status} is assumed."),
    _read(
        "orders.logistics",
        "/orders/{id}/logistics",
        "orders:read",
        "Only named; the detail's object of that name is assumed.",
    ),
    _read(
        "orders.inspection",
        "/orders/{id}/inspection",
        "orders:read",
        "Only named; the detail's object of that name is assumed.",
    ),
    _write("orders.cancel", "POST", "/orders/{id}/cancel", "orders:write", "Only while pending or paid."),
)

_LOGISTICS = (
    _read("logistics.countries", "/logistics/countries", "logistics:read"),
    _read("logistics.methods", "/logistics/shipping-methods", "logistics:read"),
    _ask(
        "logistics.quote_all",
        "/logistics/calculate-freight-batch",
        "logistics:read",
        "Volumetric grams are length x width x height in centimetres / 5.",
    ),
    _ask(
        "logistics.quote",
        "/logistics/calculate-freight",
        "logistics:read",
        "Only named; the batch's body with channelId, and one channel as the answer, are assumed.",
    ),
)

_SHIPPING = (
    _write(
        "shipping.create",
        "POST",
        "/shipping/create",
        "shipping:write",
        "Spends wallet money; how its fee is paid otherwise is not documented.",
    ),
    _read("shipping.list", "/shipping/orders", "shipping:read"),
    _read("shipping.read", "/shipping/orders/{id}", "shipping:read", "Only named; row, items and recipient* assumed."),
    _write("shipping.cancel", "POST", "/shipping/orders/{id}/cancel", "shipping:write", _DONE),
    _write("shipping.confirm", "POST", "/shipping/orders/{id}/confirm-delivery", "shipping:write", _DONE),
)

_WAREHOUSE = (
    _read(
        "warehouse.packages", "/warehouse/packages", "warehouse:read", "Statuses beyond in_warehouse are not listed."
    ),
    _read("warehouse.stats", "/warehouse/packages/stats", "warehouse:read", "Only named; three counts are assumed."),
    _read("warehouse.shippable", "/warehouse/packages/shippable", "warehouse:read", _NAMED),
    _read("warehouse.package", "/warehouse/packages/{id}", "warehouse:read", _NAMED),
)

_USER = (
    _read("profile.read", "/user/profile", "profile:read"),
    _write(
        "profile.update",
        "PUT",
        "/user/profile",
        "profile:write",
        "Only named; it is assumed to take the read's fields.",
    ),
    _read("wallet.balance", "/user/wallet/balance", "wallet:read"),
    _read("wallet.transactions", "/user/wallet/transactions", "wallet:read", "Only named; its rows are assumed."),
    _read("addresses.list", "/user/addresses", "profile:read"),
    _write(
        "addresses.create", "POST", "/user/addresses", "profile:write", "Only named; it takes the list's field names."
    ),
    _write(
        "addresses.update",
        "PUT",
        "/user/addresses/{id}",
        "profile:write",
        "Only named; it takes the list's field names.",
    ),
    _write("addresses.delete", "DELETE", "/user/addresses/{id}", "profile:write", _DONE),
    _read("favorites.list", "/user/favorites", "favorites:read", "Comes whole: items and total, no pages."),
    _write("favorites.add", "POST", "/user/favorites", "favorites:write", "Only named; productId is assumed."),
    _write("favorites.remove", "DELETE", "/user/favorites/{id}", "favorites:write", _DONE),
    _read("coupons.available", "/user/coupons/available", "coupons:read", "On offer; no document says how to claim."),
    _read("coupons.my", "/user/coupons/my", "coupons:read", _NAMED),
)

ROUTES: tuple[Route, ...] = (*_PRODUCTS, *_CART, *_ORDERS, *_LOGISTICS, *_SHIPPING, *_WAREHOUSE, *_USER)

SCOPES: tuple[str, ...] = (
    "products:read",
    "cart:read",
    "cart:write",
    "orders:read",
    "orders:write",
    "warehouse:read",
    "shipping:read",
    "shipping:write",
    "logistics:read",
    "wallet:read",
    "profile:read",
    "profile:write",
    "favorites:read",
    "favorites:write",
    "coupons:read",
)
"""Every scope that a key can have."""
