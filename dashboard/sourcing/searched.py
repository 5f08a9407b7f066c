"""What is searched of buying: purchase orders, packages and shipments, by number, tracking number and goods."""

from dashboard.core.searching import Searched

PURCHASES = Searched(
    "sourcing.PurchaseOrder",
    ("number", "remote_id", "tracking_number", "items", "remark"),
    numbers=("number", "remote_id", "tracking_number"),
    newest="placed_at",
)
PACKAGES = Searched(
    "sourcing.Package",
    ("remote_id", "purchase_order", "title"),
    numbers=("remote_id", "purchase_order"),
    newest="arrived_at",
)
SHIPMENTS = Searched(
    "sourcing.Shipment",
    ("number", "remote_id", "tracking_number", "channel"),
    numbers=("number", "remote_id", "tracking_number"),
    newest="placed_at",
)
