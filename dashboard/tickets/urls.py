"""Addresses of tickets."""

from django.urls import path

from dashboard.tickets.views import detail, listing, opening

app_name = "tickets"

urlpatterns = [
    path("", listing.index, name="list"),
    path("fresh/", listing.fresh, name="fresh"),
    path("matching/", listing.matching, name="matching"),
    path("open/", opening.new, name="open"),
    path("for-order/<int:pk>/", listing.for_order, name="for_order"),
    path("bulk/assign/", detail.bulk_assign, name="bulk_assign"),
    path("pictures/<int:pk>/", opening.picture, name="picture"),
    path("<int:pk>/", detail.detail, name="detail"),
    path("<int:pk>/reply/", detail.reply, name="reply"),
    path("<int:pk>/note/", detail.note, name="note"),
    path("opened/<int:pk>/", opening.opened, name="opened"),
    path("<int:pk>/update/", detail.update, name="update"),
    path("<int:pk>/assign/", detail.assign, name="assign"),
]
