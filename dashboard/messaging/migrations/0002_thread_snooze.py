from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_threads_and_messages"),
    ]

    operations = [
        migrations.AddField(
            model_name="thread",
            name="snoozed_after",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="thread",
            name="snoozed_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("snoozed_until__isnull", False)),
                fields=["snoozed_until", "id"],
                name="thread_snoozed",
            ),
        ),
    ]
