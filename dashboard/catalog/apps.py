"""The catalog app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Products and variants."""

    name = "dashboard.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"
