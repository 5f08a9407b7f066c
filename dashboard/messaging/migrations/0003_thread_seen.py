"""Up to when somebody who answers has read a thread."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_thread_snooze")]

    operations = [migrations.AddField("thread", "seen_at", models.DateTimeField(null=True))]
