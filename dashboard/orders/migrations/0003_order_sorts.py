"""Indexes for the orders by deadline and by total, and for those few that are not simply paid."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_order_of_buyer")]

    operations = [
        migrations.AddIndex("order", models.Index(fields=["ship_by", "id"], name="order_by_deadline")),
        migrations.AddIndex("order", models.Index(fields=["total", "id"], name="order_by_total")),
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["payment_status", "-placed_at", "-id"],
                name="order_by_payment",
                condition=~Q(payment_status="paid"),
            ),
        ),
    ]
