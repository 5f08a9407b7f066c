"""What is searched of cases: their order, the buyer, the reason and what the buyer wrote."""

from dashboard.core.searching import Searched

CASES = Searched(
    "aftersales.Case",
    ("number", "remote_id", "order_remote_id", "buyer", "reason", "description"),
    numbers=("number", "remote_id", "order_remote_id"),
    names=("buyer",),
    newest="placed_at",
)
