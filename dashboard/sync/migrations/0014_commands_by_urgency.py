"""Commands that are due are looked for by urgency first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0013_connection_push_clock")]

    operations = [
        migrations.AddIndex(
            model_name="command",
            index=models.Index(
                fields=["priority", "not_before", "id"],
                name="command_by_urgency",
                condition=models.Q(state__in=["queued", "sending", "unknown"]),
            ),
        ),
        migrations.RemoveIndex(model_name="command", name="command_due"),
    ]
