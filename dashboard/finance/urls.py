"""Addresses of money."""

from django.urls import path

from dashboard.finance import views

app_name = "finance"

urlpatterns = [
    path("", views.index, name="index"),
    path("payments/", views.payments, name="payments"),
    path("wallet/", views.movements, name="movements"),
    path("coupons/", views.coupons, name="coupons"),
    path("margins/", views.margins, name="margins"),
    path("for-order/<int:pk>/", views.for_order, name="for_order"),
    path("for-order/<int:pk>/costs/", views.add_cost, name="cost_add"),
    path("costs/<int:pk>/remove/", views.remove_cost, name="cost_remove"),
]
