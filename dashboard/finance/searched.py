"""What is searched of money: payments and movements, by their numbers and their orders."""

from dashboard.core.searching import Searched

PAYMENTS = Searched(
    "finance.Payment",
    ("number", "remote_id", "order_remote_id"),
    numbers=("number", "remote_id", "order_remote_id"),
    newest="placed_at",
)
MOVEMENTS = Searched(
    "finance.WalletMovement",
    ("order_number", "remote_id", "kind"),
    numbers=("order_number", "remote_id"),
    newest="happened_at",
)
