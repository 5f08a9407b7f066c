"""Whether a ticket shows all of its comments: what proves that a reply is absent."""

import json

import pytest

from channels.shoppo import mapping
from channels.shoppo import wire as w
from channels.wire import decode


@pytest.mark.parametrize(
    ("comments", "partial"),
    [
        (None, True),
        ({}, True),
        ({"edges": [], "length": 0}, False),
        ({"edges": [{"node": {"content": "a"}}]}, False),
        ({"edges": [{"node": {"content": "a"}}], "length": 1}, False),
        ({"edges": [{"node": {"content": "a"}}], "length": 2}, True),
        ({"edges": [{"node": None}], "length": 1}, True),
    ],
)
def test_a_ticket_tells_whether_all_its_comments_are_there(comments: object, partial: bool) -> None:
    raw = json.dumps({"ticketId": "T", "comments": comments}).encode()
    assert mapping.ticket("refund", decode(raw, w.Ticket), raw).is_partial is partial
