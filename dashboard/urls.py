"""Every address of the site, one line an app."""

from django.contrib import admin
from django.urls import include, path

from dashboard.core import health

handler500 = "dashboard.core.unavailable.server_error"

urlpatterns = [
    path("", include("dashboard.sync.urls")),  # the first, because pushes come most often
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("dashboard.core.urls")),
    path("", include("dashboard.home.urls")),
    path("admin/", admin.site.urls),
    path("staff/", include("dashboard.staff.urls")),
    path("orders/", include("dashboard.orders.urls")),
    path("catalog/", include("dashboard.catalog.urls")),
    path("sourcing/", include("dashboard.sourcing.urls")),
    path("finance/", include("dashboard.finance.urls")),
    path("aftersales/", include("dashboard.aftersales.urls")),
    path("messages/", include("dashboard.messaging.urls")),
    path("tickets/", include("dashboard.tickets.urls")),
]
