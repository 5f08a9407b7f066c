"""An index for the filter by method: a method that is rare is found without walking all payments."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("finance", "0003_movement_search")]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["method", "-placed_at", "-id"], name="payment_by_method"),
        ),
    ]
