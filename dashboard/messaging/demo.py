"""Canned replies of a new demo."""

from dashboard.messaging.models import CannedReply
from dashboard.sync.demo import filling

REPLIES = (
    ("done", "您好 {buyer}，订单 {order} 已为您处理，请查收。"),
    ("sorry", "Hello {buyer}, we are sorry for the delay and look into it now. {me}, {shop}"),
    ("thanks", "Thank you for your order {order}, {buyer}. Write to us whenever something is unclear."),
    ("where", "Hello {buyer}, your order {order} is on its way; you get the details here as soon as we have them."),
)


@filling
def canned_replies() -> bool:
    """With every variable among them."""
    CannedReply.objects.bulk_create(CannedReply(shortcut=shortcut, text=text) for shortcut, text in REPLIES)
    return True
