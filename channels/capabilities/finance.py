"""Capabilities of money."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

from channels import records as r


@runtime_checkable
class PullsPayments(Protocol):
    """Payments of buyers."""

    def pull_payments(self, after: str | None, since: datetime | None) -> r.Page[r.PaymentRecord]: ...


@runtime_checkable
class PullsBalances(Protocol):
    """The balances of the wallet or supplier account, as one page (one record per currency and kind)."""

    def pull_balances(self, after: str | None, since: datetime | None) -> r.Page[r.BalanceRecord]: ...


@runtime_checkable
class PullsWallet(Protocol):
    """Movements of the wallet."""

    def pull_wallet(self, after: str | None, since: datetime | None) -> r.Page[r.WalletMovementRecord]: ...


@runtime_checkable
class PullsCoupons(Protocol):
    """Coupons, ours and those on offer."""

    def pull_coupons(self, after: str | None, since: datetime | None) -> r.Page[r.CouponRecord]: ...
