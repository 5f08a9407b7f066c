"""The catalog app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class CatalogConfig(AppConfig):
    """Products and variants."""

    name = "dashboard.catalog"
    verbose_name = gettext_lazy("Catalog")
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"
