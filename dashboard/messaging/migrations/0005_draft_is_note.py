"""Whether a draft is a private note."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_name_models")]

    operations = [migrations.AddField("draft", "is_note", models.BooleanField(default=False, db_default=False))]
