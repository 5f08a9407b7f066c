"""What is searched of the inbox: buyers of threads, words of messages."""

from dashboard.core.searching import Searched

THREADS = Searched(
    "messaging.Thread",
    ("buyer", "buyer_remote_id", "remote_id"),
    numbers=("buyer_remote_id", "remote_id"),
    names=("buyer",),
    newest="last_message_at",
)
MESSAGES = Searched("messaging.Message", ("body",), newest="sent_at")
