"""The messaging app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class MessagingConfig(AppConfig):
    """Threads, messages, canned replies, notes and drafts."""

    name = "dashboard.messaging"
    verbose_name = gettext_lazy("Messages")
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the frame what to count and where to find threads."""
        from dashboard.core.navigation import register_count
        from dashboard.core.palette import register_palette
        from dashboard.messaging.finding import hits, waiting

        register_count("messages", waiting)
        register_palette(hits)
