"""Addresses of buying."""

from urllib.parse import quote, unquote

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from dashboard.sourcing.views import cart, ordering, orders, organising, purposes, search, shipments, warehouse

app_name = "sourcing"


class RemoteIdConverter(StringConverter):
    """An id of a platform, whatever stands in it, as one segment of an address."""

    def to_python(self, value: str) -> str:
        """The id as the platform has it."""
        return unquote(value)

    def to_url(self, value: str) -> str:
        """Without a slash, a line break, or anything else that ends a segment."""
        return quote(value, safe="")


register_converter(RemoteIdConverter, "remote_id")

urlpatterns = [
    path("", search.index, name="index"),
    path("import/", search.import_product, name="import"),
    path("products/<slug:slug>/<remote_id:remote_id>/", search.product, name="product"),
    path("products/<slug:slug>/<remote_id:remote_id>/cart/", search.add_to_cart, name="cart_add"),
    path("products/<slug:slug>/<remote_id:remote_id>/favourite/", search.add_favourite, name="favourite_add"),
    path("cart/", cart.cart, name="cart"),
    path("cart/clear/", cart.clear, name="cart_clear"),
    path("cart/<int:pk>/", cart.update, name="cart_update"),
    path("cart/<int:pk>/remove/", cart.remove, name="cart_remove"),
    path("orders/", orders.orders, name="purchases"),
    path("orders/new/", ordering.new_order, name="order_new"),
    path("orders/<int:pk>/", orders.order, name="purchase"),
    path("orders/<int:pk>/cancel/", orders.cancel, name="purchase_cancel"),
    path("orders/<int:pk>/again/", orders.again, name="purchase_again"),
    path("orders/<int:pk>/for/", purposes.add, name="purpose_add"),
    path("purposes/<int:pk>/remove/", purposes.remove, name="purpose_remove"),
    path("for-order/<int:pk>/", purposes.for_order, name="for_order"),
    path("warehouse/", warehouse.warehouse, name="warehouse"),
    path("quotes/", warehouse.quotes, name="quotes"),
    path("shipments/", shipments.shipments, name="shipments"),
    path("shipments/new/", warehouse.new_shipment, name="shipment_new"),
    path("shipments/<int:pk>/", shipments.shipment, name="shipment"),
    path("shipments/<int:pk>/cancel/", shipments.cancel, name="shipment_cancel"),
    path("shipments/<int:pk>/confirm/", shipments.confirm, name="shipment_confirm"),
    path("favourites/", organising.favourites, name="favourites"),
    path("favourites/<int:pk>/remove/", organising.remove_favourite, name="favourite_remove"),
    path("addresses/", organising.addresses, name="addresses"),
    path("addresses/new/", organising.new_address, name="address_new"),
    path("addresses/<int:pk>/", organising.edit_address, name="address"),
    path("addresses/<int:pk>/delete/", organising.delete_address, name="address_delete"),
    path("profile/", organising.profile, name="profile"),
    path("profile/update/", organising.update_profile, name="profile_update"),
]
