"""Indexes over parts of words, for the search page and the search boxes of lists."""

from django.db import migrations

from dashboard.core.search_index import SearchIndex


class Migration(migrations.Migration):
    """One index a searched table."""

    dependencies = [
        ("aftersales", "0001_cases"),
        ("catalog", "0002_pool_command"),
        ("finance", "0001_finance"),
        ("messaging", "0001_threads_and_messages"),
        ("orders", "0001_orders"),
        ("sourcing", "0001_sourcing"),
        ("sync", "0005_commands_and_batches"),
        ("tickets", "0001_tickets"),
    ]

    operations = [
        SearchIndex("catalog.Product", ("number", "remote_id", "title", "sku", "brand")),
        SearchIndex("catalog.Variant", ("sku", "remote_id", "barcode", "title")),
        SearchIndex("orders.Order", ("number", "source_order_id", "partner_code", "buyer", "items", "buyer_email")),
        SearchIndex("orders.OrderLine", ("sku",)),
        SearchIndex("orders.Parcel", ("tracking_number",)),
        SearchIndex("aftersales.Case", ("number", "remote_id", "order_remote_id", "buyer", "reason", "description")),
        SearchIndex("messaging.Thread", ("buyer", "buyer_remote_id", "remote_id")),
        SearchIndex("messaging.Message", ("body",)),
        SearchIndex(
            "tickets.Ticket", ("number", "remote_id", "order_remote_id", "opened_for", "buyer", "subject", "body")
        ),
        SearchIndex("tickets.Reply", ("body",)),
        SearchIndex("sourcing.PurchaseOrder", ("number", "remote_id", "tracking_number", "items", "remark")),
        SearchIndex("sourcing.Package", ("remote_id", "purchase_order", "title")),
        SearchIndex("sourcing.Shipment", ("number", "remote_id", "tracking_number", "channel")),
        SearchIndex("finance.Payment", ("number", "remote_id", "order_remote_id")),
        SearchIndex("sync.Command", ("target", "target_label", "summary")),
    ]
