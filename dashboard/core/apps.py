"""App registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class CoreConfig(AppConfig):
    """Shared page machinery: rendering, keyset pages, filters, exports, security headers."""

    name = "dashboard.core"
    verbose_name = gettext_lazy("Seller dashboard")
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Compile the words of the other languages when a checkout has only their sources; name the fields in them."""
        from dashboard.core import field_names, translations

        translations.ensure_compiled()
        field_names.translate()
