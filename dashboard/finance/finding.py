"""What the palette finds of money: payments by number or order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.core import formatting
from dashboard.core.navigation import may
from dashboard.core.palette import Hit
from dashboard.core.searching import narrow
from dashboard.finance.models import Payment
from dashboard.finance.searched import PAYMENTS

HITS = 4


def hits(user: Any, q: str) -> Iterator[Hit]:
    """Payments, each in its list."""
    words = q.strip()
    if len(words) < 2 or not may(user, "finance.view"):
        return
    rows = narrow(Payment.objects.visible_to(user), PAYMENTS, words)
    for one in rows.only("number", "remote_id", "amount", "currency").order_by("-placed_at", "-pk")[:HITS]:
        url = f"{reverse('finance:payments')}?{urlencode({'q': str(one)})}"
        hint = " · ".join(filter(None, (_("Payment"), formatting.money(one.amount, one.currency))))
        yield Hit(url, str(one), hint, "banknotes")
