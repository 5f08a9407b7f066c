"""What changed on mirrored rows."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0003_quarantine"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", models.CharField(max_length=40)),
                ("remote_id", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("fields", models.JSONField(default=dict)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sync.connection",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["connection", "domain", "remote_id", "-at"], name="change_of_row")],
            },
        ),
    ]
