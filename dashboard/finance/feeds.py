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


register(
    Feed(
        name="payments",
        label=gettext_noop("Payments"),
        capability=can.PullsPayments,
        mirror=PAYMENTS,
        pull=plain_pull("pull_payments"),
        every=timedelta(minutes=10),
        rank=40,
    )
)
register(
    BalanceFeed(
        name="balance",
        label=gettext_noop("Balance"),
        capability=can.PullsBalances,
        mirror=BALANCES,
        pull=plain_pull("pull_balances"),
        every=timedelta(minutes=10),
        rank=40,
    )
)
register(
    Feed(
        name="wallet",
        label=gettext_noop("Wallet movements"),
        capability=can.PullsWallet,
        mirror=WALLET,
        pull=plain_pull("pull_wallet"),
        every=timedelta(minutes=10),
        rank=40,
    )
)
register(
    Feed(
        name="coupons",
        label=gettext_noop("Coupons"),
        capability=can.PullsCoupons,
        mirror=COUPONS,
        pull=plain_pull("pull_coupons"),
        every=timedelta(hours=6),
        rank=60,
    )
)
