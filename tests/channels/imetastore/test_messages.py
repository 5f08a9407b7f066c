"""Contacts, history and sending."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels import records as r
from channels.errors import Rejected, WireError
from channels.imetastore import messages
from channels.imetastore import wire as w
from channels.imetastore.channel import Channel
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.sandbox import Request
from tests.channels.imetastore.support import effects, envelope, paged, sample, scripted
from tests.channels.opening import START

BUYER = "1907369850568257537"
UNTIL = int((START + timedelta(minutes=15)).timestamp())


def history(rows: list[Any], **more: Any) -> bytes:
    return envelope(
        {"msgCnt": len(rows), "complete": 1, "lastMsgTime": None, "lastMsgKey": None, "msgList": rows, **more}
    )


def row(seq: int, at: int, sender: str = BUYER, receiver: str = "seller", text: str = "hi") -> dict[str, Any]:
    body = [{"msgType": "TIMTextElem", "msgContent": json.dumps({"text": text})}]
    accounts = {"fromAccount": sender, "toAccount": receiver}
    return {**accounts, "msgTimestamp": at, "msgSeq": seq, "msgRandom": 5, "msgBody": body}


def all_messages(channel: Channel, since: datetime | None = None) -> list[r.MessageRecord]:
    found: list[r.MessageRecord] = []
    after: str | None = None
    while True:
        page = channel.pull_messages(after, since)
        assert page.bad == ()
        found.extend(page.records)
        after = page.next
        if after is None:
            return found


def test_pull_threads(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    page = channel.pull_threads(None, None)
    assert (requests[-1].method, requests[-1].path) == ("POST", "/seller/im/contact")
    assert requests[-1].body == b'{"pageIndex":1,"pageSize":100}'
    assert {one.remote_id for one in page.records} == {str(m["_buyer"]) for m in sandbox.messages}


def test_the_assumed_contact() -> None:
    channel, _ = scripted({"im/contact": [sample("im.contacts__assumed")]})
    (found,) = channel.pull_threads(None, None).records
    assert found == r.ThreadRecord(
        remote_id=BUYER,
        buyer="Zoë Müller",
        buyer_remote_id=BUYER,
        unread=2,
        last_message_at=datetime(2024, 12, 17, 15, 40, 0, 250000, tzinfo=UTC),
        raw=found.raw,
    )


def test_history_sample() -> None:
    channel, platform = scripted({"im/msg": [sample("im.messages__assumed")]})
    page = channel.pull_messages(None, datetime.fromtimestamp(1734400000, UTC))
    assert platform.bodies("im/msg") == [{"buyerId": None, "minTime": 1734400000, "maxTime": UNTIL}]
    assert page.next == "1734450001:7_8_1734450000"
    out, came = page.records
    assert out == r.MessageRecord(
        remote_id="9-123456789-1734450060",
        thread_remote_id=BUYER,
        direction="out",
        message_type="TIMTextElem",
        body="Hello! Your order has been delivered.",
        sent_at=datetime(2024, 12, 17, 15, 41, tzinfo=UTC),
        raw=out.raw,
    )
    assert came == r.MessageRecord(
        remote_id="7-8-1734450000",
        thread_remote_id=BUYER,
        direction="in",
        message_type="TIMTextElem",
        body="你好 <b>hi</b>\n[image]",
        media_url="https://img.example.com/1.jpg",
        sent_at=datetime(2024, 12, 17, 15, 40, tzinfo=UTC),
        raw=came.raw,
    )


@pytest.mark.parametrize("last", [1734450000250, 1734450001])
def test_the_next_page_asks_in_seconds_whatever_the_unit(last: int) -> None:
    more = {"complete": 0, "lastMsgTime": last, "lastMsgKey": "k:1"}
    channel, platform = scripted({"im/msg": [history([row(2, 1734450001)], **more), history([row(1, 1734450000)])]})
    page = channel.pull_messages(None, None)
    assert channel.pull_messages(page.next, None).next is None
    assert platform.bodies("im/msg")[1] == {
        "buyerId": None, "minTime": 1420070400, "maxTime": 1734450001, "lastMsgKey": "k:1",
    }  # fmt: skip


def test_every_message_comes_once(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    sandbox.per_answer = 7
    found = all_messages(channel)
    expected = [f"{m['msgSeq']}-{m['msgRandom']}-{m['msgTimestamp']}" for m in sandbox.messages]
    assert [one.remote_id for one in found] == expected


def test_messages_of_one_second_are_not_cut(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    sandbox.per_answer = 3
    for n in range(10):
        sandbox.add_message(int(BUYER), "TIMTextElem", {"text": str(n)})
    found = [one.body for one in all_messages(channel, START)]
    assert found == [str(n) for n in range(9, -1, -1)]


def test_messages_since(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    since = START - timedelta(days=2)
    assert len(all_messages(channel, since)) == sum(m["_at"] >= since for m in sandbox.messages)


def test_accounts_that_are_both_numbers_are_told_by_the_contacts(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    sandbox.seller_account = "1900000000000000001"
    sandbox.populate_chat()
    found = all_messages(channel)
    assert {one.thread_remote_id for one in found} == {str(m["_buyer"]) for m in sandbox.messages}
    assert {one.remote_id for one in found if one.direction == "out"} == {
        f"{m['msgSeq']}-{m['msgRandom']}-{m['msgTimestamp']}"
        for m in sandbox.messages
        if m["fromAccount"] == sandbox.seller_account
    }


def test_contacts_are_asked_once_for_a_page() -> None:
    rows = [row(n, 1734450000, sender="77", receiver="88") for n in range(5)]
    channel, platform = scripted({"im/msg": [history(rows)], "im/contact": [paged([])]})
    page = channel.pull_messages(None, None)
    assert [bad.path for bad in page.bad] == [f"$.data.msgList[{n}].fromAccount" for n in range(5)]
    assert len(platform.bodies("im/contact")) == 1


def test_read_messages_oldest_first(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    sandbox.per_answer = 2
    buyer = sandbox.messages[0]["_buyer"]
    found = channel.read_messages(r.Ref(remote_id=str(buyer)), START - timedelta(days=7))
    first = json.loads(requests[0].body)
    assert first == {"buyerId": buyer, "minTime": int((START - timedelta(days=7)).timestamp()), "maxTime": UNTIL}
    expected = [m for m in reversed(sandbox.messages) if m["_buyer"] == buyer]
    assert [one.remote_id.split("-")[0] for one in found] == [str(m["msgSeq"]) for m in expected]


def test_a_repeated_boundary_message_counts_once() -> None:
    more = {"complete": 0, "lastMsgTime": 1734450001, "lastMsgKey": "a"}
    channel, _ = scripted(
        {"im/msg": [history([row(2, 1734450001)], **more), history([row(2, 1734450001), row(1, 1734450000)])]}
    )
    found = channel.read_messages(r.Ref(remote_id=BUYER), START)
    assert [one.remote_id for one in found] == ["1-5-1734450000", "2-5-1734450001"]


def test_a_history_that_never_moves_on_is_stopped() -> None:
    more = {"complete": 0, "lastMsgTime": 1734450001, "lastMsgKey": "a"}
    channel, _ = scripted({"im/msg": [history([row(2, 1734450001)], **more)]})
    with pytest.raises(WireError, match="same page cursor twice"):
        channel.read_messages(r.Ref(remote_id=BUYER), START)


@pytest.mark.parametrize("after", ["", "x", ":k", "-5:k", "1.5:k"])
def test_a_foreign_cursor_is_refused(channel: Channel, requests: list[Request], after: str) -> None:
    with pytest.raises(WireError, match="Not a page cursor"):
        channel.pull_messages(after, None)
    assert requests == []


def test_a_message_that_cannot_be_read_is_not_left_out() -> None:
    channel, _ = scripted({"im/msg": [history([row(2, 1734450001), {**row(1, 1), "msgSeq": None}])]})
    with pytest.raises(WireError) as caught:
        channel.read_messages(r.Ref(remote_id=BUYER), START)
    assert caught.value.path == "$.data.msgList[1].msgSeq"


def test_an_ignored_buyer_filter_proves_nothing() -> None:
    channel, _ = scripted({"im/msg": [history([row(2, 1734450001, sender="5")])]})
    with pytest.raises(WireError, match="Neither account"):
        channel.read_messages(r.Ref(remote_id=BUYER), START)


def test_send(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    text = "Hello! Your order has been delivered."
    assert channel.send_message(r.Ref(remote_id=BUYER), text, 123456789) == r.Receipt(words="Success")
    assert (requests[-1].method, requests[-1].path) == ("POST", "/seller/im/send-msg")
    assert requests[-1].body == sample("im.send__request")
    assert effects(sandbox, "im.send") == [
        {"buyerId": BUYER, "msgRandom": 123456789, "msgType": "TIMTextElem", "text": text}
    ]
    (told,) = channel.read_messages(r.Ref(remote_id=BUYER), START - timedelta(seconds=120))
    assert (told.direction, told.body, told.sent_at) == ("out", text, START)
    assert told.remote_id.split("-")[1] == "123456789"


def test_send_to_nobody(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    with pytest.raises(Rejected, match="Buyer 5 does not exist"):
        channel.send_message(r.Ref(remote_id="5"), "hi", 1)
    assert sandbox.ledger == []


@pytest.mark.parametrize(
    ("kind", "content", "body", "url"),
    [
        ("TIMTextElem", {"text": "hi"}, "hi", ""),
        ("TIMTextElem", {"Text": "hi"}, "hi", ""),
        ("TIMTextElem", "plain words", "plain words", ""),
        ("TIMTextElem", "5", "5", ""),
        ("TIMTextElem", None, "", ""),
        ("TIMImageElem", {"imageInfoArray": [{"URL": "https://i.example/1.jpg"}]}, "[image]", "https://i.example/1.jpg"),
        ("TIMImageElem", {"imageInfoArray": [None]}, "[image]", ""),
        ("TIMFileElem", {"url": "https://f.ex/чек.pdf", "fileName": "чек.pdf"}, "[file] чек.pdf", "https://f.ex/чек.pdf"),
        ("TIMFileElem", {"url": "javascript:alert(1)"}, "[file]", ""),
        ("TIMSoundElem", {"url": "https://f.ex/v.amr", "second": 4}, "[voice] 4 s", "https://f.ex/v.amr"),
        ("TIMVideoFileElem", {"videoUrl": "https://f.ex/v.mp4", "videoSecond": 5}, "[video] 5 s", "https://f.ex/v.mp4"),
        ("TIMLocationElem", {"desc": "北京", "latitude": 39.9, "longitude": 1}, "[location] 北京 (39.9, 1)", ""),
        ("TIMLocationElem", {}, "[location]", ""),
        ("TIMFaceElem", {"index": 6, "data": "🤝"}, "[emoticon] 🤝", ""),
        ("TIMFaceElem", {"index": 6}, "[emoticon] 6", ""),
        ("TIMCustomElem", {"data": "{}", "desc": "Order card"}, "[custom] Order card", ""),
        ("TIMRelayElem", {"msgNum": 3}, '[TIMRelayElem] {"msgnum":3}', ""),
        ("", {"text": "?"}, '[message] {"text":"?"}', ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_text", [True, False])
def test_every_type_is_readable(kind: str, content: Any, body: str, url: str, as_text: bool) -> None:
    given = json.dumps(content) if as_text and isinstance(content, dict) else content
    part = w.MessageBody(msgType=kind, msgContent=given)
    wire = w.Message(fromAccount=BUYER, toAccount="s", msgTimestamp=1, msgSeq=1, msgRandom=1, msgBody=[part])
    found = messages.message(wire, b"", lambda sender, receiver: sender)
    assert (found.message_type, found.body, found.media_url) == (kind, body, url)


def test_a_body_that_is_an_object_is_read_too() -> None:
    part = w.MessageBody(msgType="TIMTextElem", msgContent={"text": "hi"})
    wire = w.Message(fromAccount=BUYER, toAccount="s", msgTimestamp=1, msgSeq=1, msgRandom=1, msgBody=part)
    assert messages.message(wire, b"", lambda sender, receiver: sender).body == "hi"


def test_a_token_is_kept_within_32_bits() -> None:
    assert messages.send_body("1", "hi", 2**32 + 5).msgRandom == 5
