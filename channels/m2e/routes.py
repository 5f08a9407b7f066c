"""The nine endpoints of the Sales Channels API 4.0, named by their operation ids."""

from __future__ import annotations

from channels.routes import Route

ROUTES: tuple[Route, ...] = (
    Route(name="UserAccountsList", method="GET", path="/user/accounts/", quirk="Answers a bare array."),
    Route(
        name="CatalogProductGet",
        method="GET",
        path="/catalog/product/",
        quirk="Finds by the product's SKU only; currency and description are never read back.",
    ),
    Route(
        name="CatalogProductsFind",
        method="POST",
        path="/catalog/product/find/",
        quirk="At most 100 rows a page; no filter by update time, so changes are found by sorting.",
    ),
    Route(
        name="CatalogProductCreate",
        method="POST",
        path="/catalog/product/",
        writes=True,
        quirk="A bare array of 1 to 500; the answer's count is called created or deleted.",
    ),
    Route(
        name="catalogProductsUpdate",
        method="PATCH",
        path="/catalog/product/",
        writes=True,
        quirk="Takes neither price nor quantity nor status; answers only a count.",
    ),
    Route(
        name="catalogProductsVariantsUpdate",
        method="PATCH",
        path="/catalog/product/variant/",
        writes=True,
        quirk="By the variant's SKU; answers only a count, an unknown SKU lowers it.",
    ),
    Route(
        name="CatalogProductDelete",
        method="DELETE",
        path="/catalog/product/",
        writes=True,
        quirk="Carries a JSON body on DELETE; answers only a count.",
    ),
    Route(
        name="OrdersFind",
        method="POST",
        path="/order/find/",
        quirk="One channel and account a call; orders carry no update time.",
    ),
    Route(
        name="UploadOrderInvoice",
        method="POST",
        path="/order/invoice/",
        writes=True,
        quirk="Nothing reads an invoice back; the answer has no documented body.",
    ),
)
