"""Addresses of the catalog."""

from django.urls import path

from dashboard.catalog.views import bulk, detail, imports, inline, listing, writing

app_name = "catalog"

urlpatterns = [
    path("", listing.products, name="list"),
    path("categories/", listing.categories, name="categories"),
    path("bulk/", bulk.page, name="bulk"),
    path("bulk/file/", imports.page, name="bulk_file"),
    path("bulk/send/", bulk.send, name="bulk_send"),
    path("new/<slug:slug>/", writing.new, name="new"),
    path("images/<slug:slug>/", writing.image, name="image"),
    path("fresh/", listing.fresh, name="fresh"),
    path("matching/", listing.matching, name="matching"),
    path("commands/<int:pk>/", inline.command_cell, name="command_cell"),
    path("sent/<int:pk>/", writing.sent, name="sent"),
    path("variants/<int:pk>/price/", inline.price, name="price"),
    path("variants/<int:pk>/stock/", inline.stock, name="stock"),
    path("variants/<int:pk>/cells/<slug:name>/", inline.cell, name="cell"),
    path("<int:pk>/", detail.product, name="product"),
    path("<int:pk>/history/", detail.timeline, name="history"),
    path("<int:pk>/raw/", detail.raw, name="raw"),
    path("<int:pk>/listing/", inline.listing, name="listing"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/delete/", writing.delete, name="delete"),
    path("<int:pk>/accounts/", writing.accounts, name="accounts"),
]
