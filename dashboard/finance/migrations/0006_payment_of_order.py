"""Finds the payments of an order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("finance", "0005_money_sorts")]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["connection", "order_remote_id"], name="payment_of_order"),
        ),
    ]
