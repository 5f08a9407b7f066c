"""Addresses of after-sales."""

from django.urls import path

from dashboard.aftersales import views

app_name = "aftersales"

urlpatterns = [
    path("", views.index, name="list"),
    path("fresh/", views.fresh, name="fresh"),
    path("matching/", views.matching, name="matching"),
    path("for-order/<int:pk>/", views.for_order, name="for_order"),
    path("bulk/assign/", views.bulk_assign, name="bulk_assign"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/reject/", views.reject, name="reject"),
    path("<int:pk>/assign/", views.assign, name="assign"),
]
