"""The orders app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class OrdersConfig(AppConfig):
    """Orders, their lines, parcels, deliveries and invoices."""

    name = "dashboard.orders"
    verbose_name = gettext_lazy("Orders")
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the frame what to count and where to find orders."""
        from dashboard.core.navigation import register_count
        from dashboard.core.palette import register_palette
        from dashboard.orders.finding import hits, waiting

        register_count("orders", waiting)
        register_palette(hits)
