"""Addresses of orders."""

from django.urls import path

from dashboard.orders.views import annotations, bulk, creating, detail, listing, papers, selling, verbs

app_name = "orders"

urlpatterns = [
    path("", listing.index, name="list"),
    path("fresh/", listing.fresh, name="fresh"),
    path("matching/", listing.matching, name="matching"),
    path("new/", creating.new, name="new"),
    path("new/variants/", creating.variants, name="new_variants"),
    path("new/<int:pk>/", creating.created, name="created"),
    path("for-product/<int:pk>/", selling.for_product, name="for_product"),
    path("packing-slips/", papers.packing_slips, name="packing_slips"),
    path("invoices/<int:pk>/", papers.invoice_pdf, name="invoice_pdf"),
    path("tags/", annotations.tags, name="tags"),
    path("bulk/deliver/", bulk.deliver, name="bulk_deliver"),
    path("bulk/status/", bulk.set_status, name="bulk_status"),
    path("bulk/tag/", annotations.bulk_tag, name="bulk_tag"),
    path("bulk/assign/", annotations.bulk_assign, name="bulk_assign"),
    path("<int:pk>/", detail.detail, name="detail"),
    path("<int:pk>/history/", detail.history, name="history"),
    path("<int:pk>/reveal/", detail.reveal, name="reveal"),
    path("<int:pk>/deliver/", verbs.deliver, name="deliver"),
    path("<int:pk>/report-error/", verbs.report_error, name="report_error"),
    path("<int:pk>/status/", verbs.set_status, name="set_status"),
    path("<int:pk>/refund/", verbs.refund, name="refund"),
    path("<int:pk>/mark-paid/", verbs.mark_paid, name="mark_paid"),
    path("<int:pk>/cancel/", verbs.cancel, name="cancel"),
    path("<int:pk>/lines/<int:line_pk>/cancel/", verbs.cancel_item, name="cancel_item"),
    path("<int:pk>/invoice/", papers.invoice, name="invoice"),
    path("<int:pk>/note/", annotations.note, name="note"),
    path("<int:pk>/tag/", annotations.tag, name="tag"),
    path("<int:pk>/assign/", annotations.assign, name="assign"),
]
