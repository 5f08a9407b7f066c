"""The after-sales app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class AftersalesConfig(AppConfig):
    """After-sales cases."""

    name = "dashboard.aftersales"
    verbose_name = gettext_lazy("After-sales")
    label = "aftersales"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the frame what to count and where to find cases."""
        from dashboard.aftersales.finding import hits, waiting
        from dashboard.core.navigation import register_count
        from dashboard.core.palette import register_palette

        register_count("aftersales", waiting)
        register_palette(hits)
