"""How the lists of money are narrowed, searched and sorted."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from dashboard.core.days import SinceDay, UntilDay
from dashboard.core.filters import Head, ListSpec, Tab
from dashboard.finance import models as m
from dashboard.finance.searched import MOVEMENTS as MOVEMENTS_ABOUT
from dashboard.finance.searched import PAYMENTS as PAYMENTS_ABOUT
from dashboard.sync.reach import OfFeed


class MoneyFilters(OfFeed):
    """A list with filters by connection (those that have its feed) and currency."""

    currency = django_filters.CharFilter(label=_("Currency"), lookup_expr="iexact")


class PaymentFilters(MoneyFilters):
    """By connection, currency, method and day; the box searches numbers and orders."""

    feed = "payments"
    searched = PAYMENTS_ABOUT
    method = django_filters.CharFilter(label=_("Method, in the platform's word"))
    since = SinceDay(label=_("From"), field_name="placed_at")
    until = UntilDay(label=_("To"), field_name="placed_at")

    class Meta:
        model = m.Payment
        fields = ("connection", "currency", "method", "since", "until")


class MovementFilters(MoneyFilters):
    """By connection, currency, kind and day; the box searches order numbers and kinds."""

    feed = "wallet"
    searched = MOVEMENTS_ABOUT
    kind = django_filters.CharFilter(label=_("Kind, in the platform's word"))
    since = SinceDay(label=_("From"), field_name="happened_at")
    until = UntilDay(label=_("To"), field_name="happened_at")

    class Meta:
        model = m.WalletMovement
        fields = ("connection", "currency", "kind", "since", "until")


class CouponFilters(MoneyFilters):
    """By connection and currency; the box searches names."""

    feed = "coupons"
    search_fields = ("name", "remote_id")

    class Meta:
        model = m.Coupon
        fields = ("connection", "currency")


PAYMENTS = ListSpec(
    domain="payments",
    filters=PaymentFilters,
    heads=(
        Head(_("Payment")),
        Head(_("Connection")),
        Head(_("State")),
        Head(_("Order")),
        Head(_("Method"), css="grow"),
        Head(_("Amount"), "amount", ("amount",), "num"),
        Head(_("Paid"), "paid", ("paid_at",)),
        Head(_("Made"), "placed", ("placed_at",)),
    ),
    sort="-placed",
    tabs=(
        Tab("all", _("All"), lambda rows: rows.present(), counted=False),
        Tab("pending", _("Pending"), lambda rows: rows.present().filter(status="pending"), "wait"),
        Tab("paid", _("Paid"), lambda rows: rows.present().filter(status="paid"), counted=False),
        Tab("refunded", _("Refunded"), lambda rows: rows.present().filter(status="refunded")),
    ),
)
MOVEMENTS = ListSpec(
    domain="wallet-movements",
    filters=MovementFilters,
    heads=(
        Head(_("Movement")),
        Head(_("Connection")),
        Head(_("Kind"), css="grow"),
        Head(_("Order")),
        Head(_("Amount"), "amount", ("amount",), "num"),
        Head(_("When"), "when", ("happened_at",)),
    ),
    sort="-when",
    tabs=(
        Tab("all", _("All"), lambda rows: rows.present(), counted=False),
        Tab("in", _("In"), lambda rows: rows.present().filter(amount__gt=0), counted=False),
        Tab("out", _("Out"), lambda rows: rows.present().filter(amount__lt=0), counted=False),
    ),
)
COUPONS = ListSpec(
    domain="coupons",
    filters=CouponFilters,
    heads=(
        Head(_("Coupon")),
        Head(_("Connection")),
        Head(_("Name"), "name", ("name",), "grow"),
        Head(_("Kind")),
        Head(_("Value"), css="num"),
        Head(_("From an amount of"), css="num"),
        Head(_("Ends"), "ends", ("expires_at",)),
    ),
    sort="ends",
    tabs=(
        Tab("ours", _("Ours"), lambda rows: rows.present().filter(claimed=True)),
        Tab("offered", _("On offer"), lambda rows: rows.present().filter(claimed=False)),
        Tab("gone", _("Gone"), lambda rows: rows.exclude(gone_at=None), counted=False),
    ),
)
