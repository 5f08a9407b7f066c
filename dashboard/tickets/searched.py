"""What is searched of tickets: numbers, the order, subject and words; the words of replies."""

from dashboard.core.searching import Searched

REPLIES = Searched("tickets.Reply", ("body",))
TICKETS = Searched(
    "tickets.Ticket",
    ("number", "remote_id", "order_remote_id", "opened_for", "buyer", "subject", "body"),
    numbers=("number", "remote_id", "order_remote_id", "opened_for"),
    names=("buyer",),
    newest="moved_at",
    parts=((REPLIES, "ticket_id"),),
)
