"""The sourcing app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class SourcingConfig(AppConfig):
    """Buying through an agent."""

    name = "dashboard.sourcing"
    verbose_name = gettext_lazy("Sourcing")
    label = "sourcing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the frame what to count and where to find purchases and shipments."""
        from dashboard.core.navigation import register_count
        from dashboard.core.palette import register_palette
        from dashboard.sourcing.finding import at_the_sources, hits, waiting

        register_count("sourcing", waiting)
        register_palette(hits)
        register_palette(at_the_sources, last=True)
