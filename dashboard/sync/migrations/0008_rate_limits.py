"""Rate limits, shared by all processes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0007_exchanges"),
    ]

    operations = [
        migrations.CreateModel(
            name="RateBucket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bucket", models.CharField(max_length=60)),
                ("limit", models.PositiveIntegerField(null=True)),
                ("remaining", models.IntegerField(null=True)),
                ("reset_at", models.DateTimeField(null=True)),
                ("paused_until", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("open_until", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rate_buckets", to="sync.connection"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("connection", "bucket"), name="one_row_per_bucket")],
            },
        ),
    ]
