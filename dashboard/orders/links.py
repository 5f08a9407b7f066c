"""From rows of other domains to the order that they name, where the mirror has it."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.html import format_html

from dashboard.orders.models import Order


def with_order(rows: QuerySet[Any], *names: str, remote_id: Any = None) -> QuerySet[Any]:
    """The rows with key and number of their order, and its other fields `names`, each as `order_…`.

    `remote_id` is the expression for the order's remote id, where that is not `order_remote_id`.
    """
    named = OuterRef("order_remote_id") if remote_id is None else remote_id
    order = Order.objects.filter(connection=OuterRef("connection"), remote_id=named)
    return rows.annotate(**{f"order_{name}": Subquery(order.values(name)[:1]) for name in ("pk", "number", *names)})


def order_link(row: Any, remote_id: str) -> Any:
    """The order of a row that `with_order` gave, by its number; empty where nobody knows it."""
    name = row.order_number or remote_id
    if row.order_pk is None:
        return format_html('<span class="mono">{}</span>', name) if name else ""
    return format_html('<a class="mono" href="{}">{}</a>', reverse("orders:detail", args=[row.order_pk]), name)
