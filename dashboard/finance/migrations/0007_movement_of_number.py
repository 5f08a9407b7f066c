"""Finds what a wallet paid under a number, whatever connection it belongs to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("finance", "0006_payment_of_order")]

    operations = [
        migrations.RemoveIndex(model_name="walletmovement", name="movement_of_order"),
        migrations.AddIndex(
            model_name="walletmovement",
            index=models.Index(fields=["order_number", "connection"], name="movement_of_number"),
        ),
    ]
