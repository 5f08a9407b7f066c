"""The tickets app."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Tickets and their replies."""

    name = "dashboard.tickets"
    label = "tickets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the frame what to count and where to find tickets."""
        from dashboard.core.navigation import register_count
        from dashboard.core.palette import register_palette
        from dashboard.tickets.finding import hits, waiting

        register_count("tickets", waiting)
        register_palette(hits)
