"""How far the platform's clock is from ours by the times that its pushes are signed with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0012_tally")]

    operations = [
        migrations.AddField(
            model_name="connection", name="push_skew", field=models.IntegerField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="connection", name="push_skew_at", field=models.DateTimeField(blank=True, null=True)
        ),
    ]
