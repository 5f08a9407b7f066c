"""The simulator's chat: contacts, history, sending."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from channels.imetastore import sandbox_checks as check
from channels.imetastore.sandbox_catalog import Row
from channels.imetastore.sandbox_data import ATTACHMENTS, CHAT_IN, CHAT_OUT
from channels.imetastore.sandbox_orders import Orders
from channels.sandbox import Reply, Request, endpoint

TYPES = frozenset(
    {
        "TIMTextElem", "TIMImageElem", "TIMFileElem", "TIMSoundElem", "TIMVideoFileElem", "TIMLocationElem",
        "TIMFaceElem", "TIMCustomElem",
    }
)  # fmt: skip
MAX_UINT32 = 2**32 - 1
LATEST = 4_102_444_800


class Chat(Orders):
    """Messages with buyers, newest first; history answers ``per_answer`` of them at a time.

    ``stamp_unit`` and ``end_unit`` (1: seconds, 1000: milliseconds) are what ``msgTimestamp``, of which the document
    states no unit, and ``lastMsgTime``, of which it contradicts itself, are said in.
    """

    seller_account = "seller_88001"
    per_answer = 20
    stamp_unit = 1
    end_unit = 1000

    messages: list[Row]

    def populate_chat(self) -> None:
        """A few messages with every second buyer, one of each type, over six days."""
        self.messages = []
        self.next_seq = 1000
        self.sent: set[tuple[int, int, int]] = set()
        for n in range(40 * self.size):
            buyer = self.buyers[(n * 2) % len(self.buyers)]["buyerId"]
            hours = 144 * (1 - n / (40 * self.size))
            kind, content = ATTACHMENTS[n // 4 % len(ATTACHMENTS)] if n % 4 == 3 else ("TIMTextElem", None)
            is_ours = n % 3 == 2 and content is None
            text = self.random.choice(CHAT_OUT if is_ours else CHAT_IN)
            self.add_message(buyer, kind, content or {"text": text}, is_ours=is_ours, hours_ago=hours)

    def add_message(
        self,
        buyer: int,
        kind: str,
        content: dict[str, Any],
        *,
        is_ours: bool = False,
        hours_ago: float = 0,
        token: int | None = None,
    ) -> Row:
        """A message. Its content goes out as JSON text."""
        at = self.now() - timedelta(hours=hours_ago)
        accounts = [str(buyer), self.seller_account]
        sender, receiver = reversed(accounts) if is_ours else accounts
        self.next_seq += 1
        row = {
            "fromAccount": sender,
            "toAccount": receiver,
            "msgTimestamp": int(at.timestamp()),
            "msgDateTime": at.strftime("%Y-%m-%d %H:%M:%S"),
            "msgSeq": self.next_seq,
            "msgRandom": self.random.randint(0, MAX_UINT32) if token is None else token,
            "msgBody": [{"msgType": kind, "msgContent": json.dumps(content, ensure_ascii=False)}],
            "_buyer": buyer,
            "_at": at,
        }
        self.messages.insert(0, row)
        return row

    @endpoint("POST", "/seller/im/contact", "im.contacts")
    def contact_list(self, request: Request) -> Reply:
        """Get IM Contact List: buyers with messages, the last talked to first."""
        names = {buyer["buyerId"]: buyer["buyerName"] for buyer in self.buyers}
        found: dict[int, Row] = {}
        answered: set[int] = set()
        for message in self.messages:
            buyer = message["_buyer"]
            last = int(message["_at"].timestamp() * 1000)
            row = found.setdefault(
                buyer, {"buyerId": buyer, "buyerName": names.get(buyer), "unreadCount": 0, "lastMsgTime": last}
            )
            if message["fromAccount"] == self.seller_account:
                answered.add(buyer)
            elif buyer not in answered:
                row["unreadCount"] += 1
        return self.success(check.paged(found.values(), check.body_of(request)))

    @endpoint("POST", "/seller/im/msg", "im.messages")
    def history(self, request: Request) -> Reply:
        """Get IM Messages, newest first, from ``maxTime`` down; ``lastMsgTime`` in milliseconds unless told else."""
        body = check.body_of(request)
        if "buyerId" not in body:
            raise check.refuse(check.JSON_ERROR, "buyerId is required, and may be null")
        buyer = None if body["buyerId"] is None else check.identifier(body, "buyerId")
        low, high = check.integer(body, "minTime", 0, LATEST), check.integer(body, "maxTime", 0, LATEST)
        if low > high:
            raise check.refuse(check.NOT_VALID, "minTime must not be after maxTime")
        found = [
            row
            for row in self.messages
            if buyer in (None, row["_buyer"]) and low <= row["msgTimestamp"] <= high
        ]  # fmt: skip
        rest = _below(found, check.text(body, "lastMsgKey"))
        shown = rest[: self.per_answer]
        last = shown[-1] if shown else None
        return self.success(
            {
                "msgCnt": len(shown),
                "complete": int(len(rest) <= self.per_answer),
                "lastMsgTime": int(last["_at"].timestamp() * self.end_unit) if last else None,
                "lastMsgKey": _key(last) if last else None,
                "msgList": [
                    check.public(row) | {"msgTimestamp": row["msgTimestamp"] * self.stamp_unit} for row in shown
                ],
            }
        )

    @endpoint("POST", "/seller/im/send-msg", "im.send")
    def send_message(self, request: Request) -> Reply:
        """Send IM Message. The same random number within one second is the same message. The answer has no data."""
        body = check.body_of(request)
        buyer = check.identifier(body, "buyerId")
        token = check.integer(body, "msgRandom", 0, MAX_UINT32)
        kind, content = _outgoing(body)
        if buyer not in {known["buyerId"] for known in self.buyers}:
            raise check.refuse(check.NOT_FOUND, f"Buyer {buyer} does not exist")
        mark = (buyer, token, int(self.now().timestamp()))
        if mark not in self.sent:
            self.sent.add(mark)
            self.add_message(buyer, kind, content, is_ours=True, token=token)
            self.applied("im.send", buyerId=str(buyer), msgRandom=token, msgType=kind, text=content.get("text"))
        reply = self.success()
        del reply.body["data"]
        return reply

    def write(self) -> str:
        """A buyer writes."""
        buyer = self.random.choice(self.buyers)["buyerId"]
        row = self.add_message(buyer, "TIMTextElem", {"text": self.random.choice(CHAT_IN)})
        return f"message {row['msgSeq']} of {buyer}"


def _key(row: Row) -> str:
    return f"{row['msgSeq']}_{row['msgRandom']}_{row['msgTimestamp']}"


def _below(found: list[Row], key: str | None) -> list[Row]:
    """What comes after the message with the key."""
    if not key:
        return found
    places = [n for n, row in enumerate(found) if _key(row) == key]
    if not places:
        raise check.refuse(check.NOT_VALID, "lastMsgKey names no message of this stretch")
    return found[places[0] + 1 :]


def _outgoing(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Type and content of a message to send: objects, with names that begin in lower case."""
    outer = body.get("msgBody")
    if not isinstance(outer, dict) or not isinstance(outer.get("msgContent"), dict):
        raise check.refuse(check.JSON_ERROR, "msgBody and its msgContent must be objects")
    kind, content = outer.get("msgType"), outer["msgContent"]
    if kind not in TYPES:
        raise check.refuse(check.NOT_VALID, "msgType is not known")
    if any(not name[:1].islower() for name in content):
        raise check.refuse(check.NOT_VALID, "The first letter of names in msgContent must be lower case")
    if kind == "TIMTextElem" and not (isinstance(content.get("text"), str) and content["text"]):
        raise check.refuse(check.NOT_VALID, "A text message needs text")
    return str(kind), content
