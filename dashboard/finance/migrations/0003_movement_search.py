"""An index over parts of words, for the search box of wallet movements."""

from django.db import migrations

from dashboard.core.search_index import SearchIndex


class Migration(migrations.Migration):
    dependencies = [("finance", "0002_order_costs")]

    operations = [SearchIndex("finance.WalletMovement", ("order_number", "remote_id", "kind"))]
