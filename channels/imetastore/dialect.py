"""How the seller API says no: a code that is not ``"0000"``, whatever the HTTP status."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from channels import errors as e
from channels.http import Answer, retry_after
from channels.ports import Limits
from channels.routes import Route

SUCCESS = "0000"

# “Server persistence error”: nothing was stored, and the document calls it safe to retry.
NOTHING_STORED = "10004"

# No document states how an ended token is answered where HTTP 401 is not used: these words tell.
_SESSION_WORDS = re.compile(
    r"(the )?(access[ _-]?|bearer |login )?token\W+((is|has|was|been) )*(expired|invalid|missing|illegal|revoked)"
    r"|(expired|invalid|missing|illegal|revoked) (access[ _-]?|bearer |login )?token"
    r"|(unauthori[sz]ed|unauthenticated)( access| request)?\W*$"
    r"|(not logged in|(please )?log ?in( again| first)?)\W*$",
    re.IGNORECASE,
)


class _Head(msgspec.Struct):
    """The part of an envelope that tells success from refusal."""

    code: str
    msg: str | None = None


class Dialect:
    """Reads refusals. Rate limits are documented nowhere, so nothing is learnt of them beyond ``Retry-After``."""

    def explain(self, answer: Answer, route: Route, now: datetime) -> e.ChannelError | None:
        """The error an envelope means, in the platform's words; ``None`` for a success or what is no envelope."""
        head = _head(answer)
        if head is None or head.code == SUCCESS:
            return None
        if answer.status >= 500:
            return None
        words = f"{(head.msg or '').strip() or 'Refused without a word'} (code {head.code})"[:500]
        if answer.status == 429:
            wait = retry_after(answer, now)
            return e.NotSent(words, status=429, rate_limited=True, retry_at=wait)
        if head.code == NOTHING_STORED:
            return e.NotSent(words, status=answer.status)
        if answer.status == 401 or _SESSION_WORDS.match((head.msg or "").strip()):
            return e.AuthFailed(words, status=answer.status)
        return e.Rejected(words, status=answer.status, code=head.code)

    def limits(self, answer: Answer) -> Limits | None:
        """Nothing is documented."""
        return None


def _head(answer: Answer) -> _Head | None:
    try:
        return msgspec.json.decode(answer.body, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None
