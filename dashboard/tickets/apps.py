"""The tickets app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class TicketsConfig(AppConfig):
    """Tickets and their replies."""

    name = "dashboard.tickets"
    verbose_name = gettext_lazy("Tickets")
    label = "tickets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the frame what to count and where to find tickets."""
        from dashboard.core.navigation import register_count
        from dashboard.core.palette import register_palette
        from dashboard.tickets.finding import hits, waiting

        register_count("tickets", waiting)
        register_palette(hits)
