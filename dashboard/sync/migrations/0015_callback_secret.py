"""Which of several secrets proved a push."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0014_commands_by_urgency")]

    operations = [
        migrations.AddField(
            model_name="callback",
            name="secret_mark",
            field=models.CharField(blank=True, db_default="", default="", max_length=12),
        ),
    ]
