"""The endpoints of the seller API, relative to the base URL. Four paths no document states: those are assumed."""

from __future__ import annotations

from channels.routes import Route

LOGIN = "auth.login"

ROUTES: tuple[Route, ...] = (
    Route(
        name=LOGIN,
        method="POST",
        path="/seller/auth/login",
        secret=True,
        quirk="There is no refresh endpoint: a token that ends is replaced by logging in again.",
    ),
    Route(
        name="products.list",
        method="POST",
        path="/seller/product",
        quirk="Serves at most 100 pages of 100 rows for one set of filters.",
    ),
    Route(
        name="products.listing",
        method="PUT",
        path="/seller/product-spu/switch",
        writes=True,
        quirk="Takes words (ON_SALE, SHELF_DOWN) where the list answers numbers. At most 100 rows a call is assumed.",
    ),
    Route(
        name="products.stock",
        method="PUT",
        path="/seller/product-stock",
        writes=True,
        quirk="Absolute stock. At most 100 rows a call is assumed.",
    ),
    Route(
        name="products.price",
        method="PUT",
        path="/seller/product-sku/price",
        writes=True,
        quirk="One currency a call, USD or EUR. At most 100 rows a call is assumed.",
    ),
    Route(
        name="orders.list",
        method="POST",
        path="/seller/order",
        documented=False,
        quirk="Also reads one order, filtered by its id. The time filter knows when an order was made, not changed.",
    ),
    Route(
        name="orders.deliver",
        method="POST",
        path="/seller/order/{orderId}/deliver",
        documented=False,
        writes=True,
        secret=True,
        quirk="What a second submission does is stated nowhere: deliveries are read before anything is sent again.",
    ),
    Route(
        name="orders.deliveries",
        method="GET",
        path="/seller/order/{orderId}/deliver",
        documented=False,
        secret=True,
    ),
    Route(name="orders.deliver_error", method="POST", path="/seller/order/{orderId}/deliver-error", writes=True),
    Route(
        name="orders.deliver_errors",
        method="GET",
        path="/seller/order/{orderId}/deliver-error",
        quirk="Answers as “description” what was sent as “remark”.",
    ),
    Route(
        name="im.send",
        method="POST",
        path="/seller/im/send-msg",
        writes=True,
        quirk="Answers no message id. The random number tells two equal texts apart within one second only.",
    ),
    Route(name="im.contacts", method="POST", path="/seller/im/contact", documented=False),
    Route(
        name="im.messages",
        method="POST",
        path="/seller/im/msg",
        quirk="Asks for seconds and answers lastMsgTime in milliseconds; history may end after 7 days.",
    ),
    Route(
        name="aftersales.audit",
        method="POST",
        path="/seller/order/{orderId}/after-sales/seller-audit",
        writes=True,
        quirk="Approving refunds the whole amount; undecided cases are refunded after 48 hours.",
    ),
    Route(
        name="aftersales.detail",
        method="GET",
        path="/seller/order/{orderId}/after-sales",
        quirk="There is no list of cases: each order is asked for its own.",
    ),
)
