"""An index for the deadlines that still count: among all orders the oldest deadlines are long past."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_order_sorts")]

    operations = [
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["ship_by", "id"],
                name="order_open_deadline",
                condition=Q(status__in=("to_deliver", "in_progress", "part_delivered")),
            ),
        ),
    ]
