"""Messages: the chat's element types ↔ text a person can read. Pure; raises nothing but ``WireError`` with a path."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from channels import records as r
from channels import wire as reading
from channels.errors import WireError
from channels.imetastore import wire as w
from channels.imetastore.mapping import moment, number, readable
from channels.wire import text

TEXT = "TIMTextElem"
KINDS = {
    TEXT: "text",
    "TIMImageElem": "image",
    "TIMFileElem": "file",
    "TIMSoundElem": "voice",
    "TIMVideoFileElem": "video",
    "TIMLocationElem": "location",
    "TIMFaceElem": "emoticon",
    "TIMCustomElem": "custom",
}

Content = dict[str, Any]


def thread(wire: w.Contact, raw: bytes) -> r.ThreadRecord:
    """A conversation: its id is the buyer's."""
    buyer = reading.required_id(wire.buyerId, "buyerId")
    return r.ThreadRecord(
        remote_id=buyer,
        buyer=text(wire.buyerName),
        buyer_remote_id=buyer,
        unread=max(reading.count(wire.unreadCount, "unreadCount") or 0, 0),
        last_message_at=moment(wire.lastMsgTime, "lastMsgTime"),
        raw=raw,
    )


def message(wire: w.Message, raw: bytes, buyer_of: Callable[[str, str], str]) -> r.MessageRecord:
    """A message. ``buyer_of(from, to)`` tells which of the two accounts is the buyer's, or nothing."""
    sender, receiver = text(wire.fromAccount), text(wire.toAccount)
    buyer = buyer_of(sender, receiver)
    if not buyer:
        raise WireError("Neither account is known as a buyer's.", path="$.fromAccount")
    keys = {"msgSeq": wire.msgSeq, "msgRandom": wire.msgRandom, "msgTimestamp": wire.msgTimestamp}
    body = wire.msgBody if isinstance(wire.msgBody, list) else [wire.msgBody] if wire.msgBody else []
    parts = [(text(part.msgType), contents(part.msgContent)) for part in body]
    return r.MessageRecord(
        remote_id="-".join(reading.required_id(text(value), path) for path, value in keys.items()),
        thread_remote_id=buyer,
        direction="in" if sender == buyer else "out",
        message_type=next((kind for kind, _ in parts if kind), ""),
        body="\n".join(shown for shown in (words(kind, content) for kind, content in parts) if shown),
        media_url=next((url for url in (_url(content) for _, content in parts) if url), ""),
        sent_at=reading.unix_time(wire.msgTimestamp, "msgTimestamp"),
        raw=raw,
    )


class Buyers:
    """Tells the buyer's account from ours. A buyer's account is the buyer id, so it is a number.

    Where both accounts are numbers, ``load`` (asked at most once) gives the ids of all contacts.
    """

    def __init__(self, known: frozenset[str], load: Callable[[], frozenset[str]]) -> None:
        self._known, self._load = known, load
        self._is_loaded = False

    def __call__(self, sender: str, receiver: str) -> str:
        """The buyer's account; empty when it cannot be told."""
        numbers = [account for account in (sender, receiver) if account.isascii() and account.isdecimal()]
        if len(numbers) < 2:
            return numbers[0] if numbers else ""
        found = [account for account in numbers if account in self._known]
        if not found and not self._is_loaded:
            self._known, self._is_loaded = self._load(), True
            return self(sender, receiver)
        return found[0] if len(found) == 1 else ""


def contents(value: Any) -> Content:
    """Content as an object with lower-case keys, whether it came as an object, as JSON text or as bare text."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
            return {"text": value}
    if isinstance(value, dict):
        return {str(key).lower(): item for key, item in value.items()}
    return {} if value is None else {"text": value}


def words(kind: str, content: Content) -> str:
    """What a person reads of one element. Unknown types show their name and content."""
    if kind == TEXT:
        return readable(content.get("text"))
    reader = _READERS.get(kind)
    if reader is None:
        return _label(kind or "message", readable(content) if content else "")
    return _label(KINDS[kind], reader(content))


def _label(name: str, rest: object = "") -> str:
    return f"[{name}] {readable(rest)}".strip()


def _seconds(content: Content, key: str) -> str:
    return f"{readable(content[key])} s" if content.get(key) else ""


def _place(content: Content) -> str:
    spot = [readable(content.get(key)) for key in ("latitude", "longitude")]
    return " ".join(
        part for part in (readable(content.get("desc")), f"({', '.join(spot)})" if all(spot) else "") if part
    )


_READERS: dict[str, Callable[[Content], object]] = {
    "TIMImageElem": lambda content: "",
    "TIMFileElem": lambda content: content.get("filename"),
    "TIMSoundElem": lambda content: _seconds(content, "second"),
    "TIMVideoFileElem": lambda content: _seconds(content, "videosecond"),
    "TIMLocationElem": _place,
    "TIMFaceElem": lambda content: content.get("data") or content.get("index"),
    "TIMCustomElem": lambda content: content.get("desc") or content.get("data"),
}


def _url(content: Content) -> str:
    """Where the file of an element lies: its own address, or that of the first picture."""
    pictures = content.get("imageinfoarray")
    found = content.get("url") or content.get("videourl")
    if not found and isinstance(pictures, list):
        first = next((p for p in pictures if isinstance(p, dict)), {})
        found = next((value for key, value in first.items() if str(key).lower() == "url"), "")
    return found if isinstance(found, str) and found.startswith(("https://", "http://")) else ""


def send_body(buyer: str, words_: str, token: int) -> w.SendMessage:
    """A text to a buyer; ``token`` is kept within 32 bits."""
    body = w.OutgoingBody(msgType=TEXT, msgContent=w.TextContent(text=words_))
    return w.SendMessage(buyerId=number(buyer), msgRandom=token & 0xFFFFFFFF, msgBody=body)


# -- the walk through history ------------------------------------------------------------------------------------------


def query(buyer: str | None, since: datetime, until: datetime, after: str | None) -> w.MessageQuery:
    """One page of history. ``after`` is a cursor of :func:`following`: where the page before ended."""
    top = math.ceil(until.timestamp())
    key: str | msgspec.UnsetType = msgspec.UNSET
    if after is not None:
        spelled, _, key = after.partition(":")
        if not (spelled.isascii() and spelled.isdecimal()):
            raise WireError(f"Not a page cursor of this feed: {after[:80]!r}.", path="cursor")
        top = int(spelled)
    return w.MessageQuery(
        buyerId=None if buyer is None else number(buyer),
        minTime=math.floor(since.timestamp()),
        maxTime=top,
        lastMsgKey=key or msgspec.UNSET,
    )


def following(history: w.History) -> str | None:
    """The cursor after this page: ``<seconds>:<key>``; ``None`` when all was fetched.

    ``lastMsgTime`` is milliseconds and ``maxTime`` seconds: it is rounded up, so that the last second is not cut.
    """
    ended = reading.unix_time(history.lastMsgTime, "data.lastMsgTime")
    if history.complete == 1 or ended is None:
        return None
    return f"{math.ceil(ended.timestamp())}:{text(history.lastMsgKey)}"
