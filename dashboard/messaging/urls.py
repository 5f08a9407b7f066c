"""Addresses of conversations."""

from django.urls import path

from dashboard.messaging.views import canned, reading, writing

app_name = "messaging"

urlpatterns = [
    path("", reading.index, name="list"),
    path("fresh/", reading.fresh, name="fresh"),
    path("matching/", reading.matching, name="matching"),
    path("for-order/<int:pk>/", reading.for_order, name="for_order"),
    path("bulk/assign/", writing.bulk_assign, name="bulk_assign"),
    path("canned/", canned.index, name="canned"),
    path("canned/offered/", canned.offered, name="canned_offered"),
    path("canned/new/", canned.new, name="canned_new"),
    path("canned/<int:pk>/", canned.edit, name="canned_edit"),
    path("canned/<int:pk>/delete/", canned.delete, name="canned_delete"),
    path("<int:pk>/", reading.thread, name="thread"),
    path("<int:pk>/messages/", reading.messages, name="messages"),
    path("<int:pk>/context/", reading.context, name="context"),
    path("<int:pk>/send/", writing.send, name="send"),
    path("<int:pk>/note/", writing.note, name="note"),
    path("<int:pk>/draft/", writing.draft, name="draft"),
    path("<int:pk>/seen/", writing.seen, name="seen"),
    path("<int:pk>/done/", writing.done, name="done"),
    path("<int:pk>/snooze/", writing.snooze, name="snooze"),
    path("<int:pk>/assign/", writing.assign, name="assign"),
    path("<int:pk>/undo/<int:command_pk>/", writing.undo, name="undo"),
    path("<int:pk>/again/<int:command_pk>/", writing.again, name="again"),
]
