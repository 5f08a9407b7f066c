"""Indexes over parts of words move out of the mirror's hot tables."""

from importlib import import_module

from django.db import migrations

BEFORE = ("dashboard.home.migrations.0001_search_indexes", "dashboard.finance.migrations.0003_movement_search")


class Migration(migrations.Migration):
    """Every index made anew, as ``SearchIndex`` makes it now."""

    dependencies = [
        ("home", "0001_search_indexes"),
        ("finance", "0003_movement_search"),
        ("messaging", "0002_thread_snooze"),
    ]

    operations = [operation for name in BEFORE for operation in import_module(name).Migration.operations]
