"""Cases in Django's admin: mirrored rows to be read only."""

from __future__ import annotations

from django.contrib import admin

from dashboard.aftersales.models import AskedOrder, Case
from dashboard.staff.admin_site import ReadOnlyAdmin
from dashboard.sync.admin import MirroredAdmin


@admin.register(Case)
class CaseAdmin(MirroredAdmin):
    """Buyers' refund requests."""

    list_display = ("number", "connection", "decision", "amount", "currency", "decide_by", "gone_at")
    list_filter = ("connection", "decision")
    feed = "cases"


@admin.register(AskedOrder)
class AskedOrderAdmin(ReadOnlyAdmin):
    """When open orders were asked for cases, where a platform has no list of them."""
