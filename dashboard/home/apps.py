"""App registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class HomeConfig(AppConfig):
    """The first page and the search over everything; the one app that may ask every domain."""

    name = "dashboard.home"
    verbose_name = gettext_lazy("Home")
    label = "home"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the palette find records and start actions."""
        from dashboard.home import destinations, search

        destinations.register()
        search.register()
