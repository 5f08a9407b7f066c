"""The exports of conversations have the columns of the public surface."""

import json

import pytest
from django.core.management import call_command

from dashboard.messaging.models import Message, Thread

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("domain", "model", "columns"),
    [
        ("threads", Thread, "buyer buyer_remote_id unread last_message_at"),
        ("messages", Message, "thread_remote_id direction message_type body sent_at"),
    ],
)
def test_columns_and_rows(chat, capsys, domain, model, columns):
    call_command("export", domain, format="json")
    rows = json.loads(capsys.readouterr().out)
    assert {row["remote_id"] for row in rows} == set(model.objects.values_list("remote_id", flat=True))
    assert set(rows[0]) == set(f"connection platform remote_id gone_at {columns}".split())
    assert {row["connection"] for row in rows} == {"chat"}
