"""Cases in Django's admin: mirrored rows to be read only."""

from __future__ import annotations

from django.contrib import admin

from dashboard.aftersales.models import Case
from dashboard.orders.admin import ReadOnly


@admin.register(Case)
class CaseAdmin(ReadOnly):
    """Buyers' refund requests."""

    list_display = ("number", "connection", "decision", "amount", "currency", "decide_by", "gone_at")
    list_filter = ("connection", "decision")
