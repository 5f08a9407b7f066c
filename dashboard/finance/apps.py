"""The finance app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class FinanceConfig(AppConfig):
    """Payments, balances, wallet movements, coupons."""

    name = "dashboard.finance"
    verbose_name = gettext_lazy("Finance")
    label = "finance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the palette where to find payments."""
        from dashboard.core.palette import register_palette
        from dashboard.finance.finding import hits

        register_palette(hits)
