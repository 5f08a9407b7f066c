"""Indexes for payments by amount and by the day they were paid, and for movements by kind and by amount."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("finance", "0004_payment_by_method")]

    operations = [
        migrations.AddIndex("payment", models.Index(fields=["amount", "id"], name="payment_by_amount")),
        migrations.AddIndex("payment", models.Index(fields=["paid_at", "id"], name="payment_by_payday")),
        migrations.AddIndex(
            "walletmovement", models.Index(fields=["kind", "-happened_at", "-id"], name="movement_by_kind")
        ),
        migrations.AddIndex("walletmovement", models.Index(fields=["amount", "id"], name="movement_by_amount")),
    ]
