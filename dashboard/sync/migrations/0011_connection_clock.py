"""How far the platform's clock is from ours."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0010_approvals")]

    operations = [
        migrations.AddField(
            model_name="connection", name="clock_skew", field=models.IntegerField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="connection", name="clock_skew_at", field=models.DateTimeField(blank=True, null=True)
        ),
    ]
