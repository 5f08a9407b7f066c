"""Finds the first command that each connection has waiting."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0015_callback_secret")]

    operations = [
        migrations.AddIndex(
            model_name="command",
            index=models.Index(fields=["connection", "state", "priority", "not_before", "id"], name="command_by_turn"),
        ),
    ]
