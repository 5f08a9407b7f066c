"""The sync app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SyncConfig(AppConfig):
    """Loads what the domains register: feeds and command kinds; fills the frame around every page."""

    name = "dashboard.sync"
    label = "sync"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Find `feeds.py` and `commands.py` of every app."""
        from dashboard.sync import frame

        autodiscover_modules("feeds", "commands")
        frame.register()
