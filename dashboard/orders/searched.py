"""What is searched of orders: their numbers, the buyer, the goods; SKUs of lines and tracking numbers of parcels."""

from dashboard.core.searching import Searched

LINES = Searched("orders.OrderLine", ("sku",))
PARCELS = Searched("orders.Parcel", ("tracking_number",))
ORDERS = Searched(
    "orders.Order",
    ("number", "source_order_id", "partner_code", "buyer", "items"),
    numbers=("number", "remote_id", "source_order_id", "partner_code"),
    private=("buyer_email",),
    names=("buyer",),
    newest="placed_at",
    by_remote_id=True,
    parts=((LINES, "order_id"), (PARCELS, "order_id")),
)
