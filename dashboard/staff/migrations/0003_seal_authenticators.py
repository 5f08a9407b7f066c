"""Move the devices of earlier versions out of the table that held their secrets in plain text, and drop it.

A process of the earlier version that still runs then refuses sign-in to people with a second step, and lets nobody
in without it. Backwards nothing is moved: after going back, people set their devices up again.
"""

import base64

from django.db import migrations

OLD = "otp_totp_totpdevice"


def move(apps, schema_editor):
    """Encrypt every secret into our own table; of several devices of one person the newest counts."""
    connection = schema_editor.connection
    device = apps.get_model("staff", "Authenticator")
    with connection.cursor() as cursor:
        if OLD not in connection.introspection.table_names(cursor):
            return
        cursor.execute("SELECT user_id, confirmed, key, drift, last_t FROM otp_totp_totpdevice ORDER BY id")
        found = {(user, bool(confirmed)): rest for user, confirmed, *rest in cursor.fetchall()}
        for (user, confirmed), (key, drift, last_step) in found.items():
            secret = base64.b32encode(bytes.fromhex(key)).decode()
            device.objects.create(user_id=user, confirmed=confirmed, secret=secret, drift=drift, last_step=last_step)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA secure_delete = ON")  # else the file keeps the secrets in its free pages
        cursor.execute("DROP TABLE otp_totp_totpdevice")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'otp_totp'")


class Migration(migrations.Migration):
    """Rows only; done once."""

    dependencies = [("staff", "0002_authenticator")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
