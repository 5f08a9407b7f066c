"""The feeds of money."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_noop

from channels import capabilities as can
from dashboard.finance.mirror import BALANCES, COUPONS, PAYMENTS, WALLET, upsert_balances
from dashboard.sync.feeds import Feed, plain_pull, register

# name, words, capability, mirror, channel's method, minutes between two runs, rank, what keeps more than the mirror
for name, label, capability, mirror, method, minutes, rank, own in (
    ("payments", gettext_noop("Payments"), can.PullsPayments, PAYMENTS, "pull_payments", 10, 40, None),
    ("balance", gettext_noop("Balance"), can.PullsBalances, BALANCES, "pull_balances", 10, 40, upsert_balances),
    ("wallet", gettext_noop("Wallet movements"), can.PullsWallet, WALLET, "pull_wallet", 10, 40, None),
    ("coupons", gettext_noop("Coupons"), can.PullsCoupons, COUPONS, "pull_coupons", 6 * 60, 60, None),
):
    every = timedelta(minutes=minutes)
    register(Feed(name, label, capability, mirror, plain_pull(method), every=every, rank=rank, own_upsert=own))
