"""An index for the orders of one buyer: the inbox asks for them with every thread."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_orders")]

    operations = [
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["connection", "buyer_remote_id", "-placed_at", "-id"],
                name="order_of_buyer",
                condition=~Q(buyer_remote_id=""),
            ),
        ),
    ]
