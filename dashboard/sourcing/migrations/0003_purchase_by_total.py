"""An index for purchases by total."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sourcing", "0002_purposes")]

    operations = [
        migrations.AddIndex("purchaseorder", models.Index(fields=["total", "id"], name="purchase_by_total")),
    ]
