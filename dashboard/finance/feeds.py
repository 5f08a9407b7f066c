"""The feeds of money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop

from channels import capabilities as can
from dashboard.finance.mirror import BALANCES, COUPONS, PAYMENTS, WALLET, upsert_balances
from dashboard.sync.feeds import Feed, plain_pull, register
from dashboard.sync.models import Connection
from dashboard.sync.upsert import Counts


@dataclass(frozen=True)
class BalanceFeed(Feed):
    """Balances, with a reading of each change."""

    def upsert(self, connection: Connection, records: Iterable[Any], read_at: datetime) -> Counts:
        """Current rows and readings."""
        return upsert_balances(connection, records, read_at)


# feed class, name, words, capability, mirror, channel's method, minutes between two runs, rank
for made, name, label, capability, kept, method, minutes, rank in (
    (Feed, "payments", gettext_noop("Payments"), can.PullsPayments, PAYMENTS, "pull_payments", 10, 40),
    (BalanceFeed, "balance", gettext_noop("Balance"), can.PullsBalances, BALANCES, "pull_balances", 10, 40),
    (Feed, "wallet", gettext_noop("Wallet movements"), can.PullsWallet, WALLET, "pull_wallet", 10, 40),
    (Feed, "coupons", gettext_noop("Coupons"), can.PullsCoupons, COUPONS, "pull_coupons", 6 * 60, 60),
):
    register(made(name, label, capability, kept, plain_pull(method), every=timedelta(minutes=minutes), rank=rank))
