"""Addresses of money."""

from django.urls import path

from dashboard.finance.views import lists, margins, overview

app_name = "finance"

urlpatterns = [
    path("", overview.index, name="index"),
    path("payments/", lists.payments, name="payments"),
    path("wallet/", lists.movements, name="movements"),
    path("coupons/", lists.coupons, name="coupons"),
    path("margins/", margins.margins, name="margins"),
    path("for-order/<int:pk>/", margins.for_order, name="for_order"),
    path("for-order/<int:pk>/costs/", margins.add_cost, name="cost_add"),
    path("costs/<int:pk>/remove/", margins.remove_cost, name="cost_remove"),
]
