"""The sync app."""

import gc

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy


class SyncConfig(AppConfig):
    """Loads what the domains register: feeds and command kinds; fills the frame around every page."""

    name = "dashboard.sync"
    verbose_name = gettext_lazy("Connections and commands")
    label = "sync"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Find `feeds.py` and `commands.py` of every app; spare the cycle collector what is loaded by then.

        It stays for the life of the process; walking it again and again was an eighth of the cost of a first load.
        """
        from dashboard.sync import frame

        autodiscover_modules("feeds", "commands")
        frame.register()
        gc.freeze()
