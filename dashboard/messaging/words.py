"""What a message is, in words: text, picture, voice … Channels say which of their types is what (`message_kinds`)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy


class Kind(NamedTuple):
    """What a message is when it is no text: its words, its icon, and what opening its file is called."""

    word: Any
    icon: str
    action: Any


KINDS = {
    "image": Kind(lazy("Picture"), "photo", lazy("Show picture")),
    "file": Kind(lazy("File"), "document", lazy("Open file")),
    "voice": Kind(lazy("Voice message"), "microphone", lazy("Listen")),
    "video": Kind(lazy("Video"), "film", lazy("Watch")),
    "location": Kind(lazy("Location"), "map-pin", lazy("Open file")),
    "emoticon": Kind(lazy("Emoticon"), "face-smile", lazy("Open file")),
    "custom": Kind(lazy("Card of the platform"), "squares-2x2", lazy("Open file")),
}
_LABEL = re.compile(r"\[[^\]\n]+\] ?")


def kind_of(message: Any, connection: Any) -> Kind | None:
    """What a message is; None for a text. A type that nobody declared is shown by the platform's own word."""
    known = getattr(connection.declared.channel, "message_kinds", {})
    word = known.get(message.message_type, "")
    if word == "text" or not message.message_type or (message.body and not known):
        return None
    return KINDS.get(word) or Kind(
        _("Message of the type “%(word)s”") % {"word": message.message_type}, "question-mark-circle", _("Open file")
    )


def without_label(body: str, kind: Kind | None) -> str:
    """The text of a message; of one that is no text without the channel's leading ``[label]``, which `kind` says."""
    label = _LABEL.match(body) if kind is not None else None
    return body[label.end() :] if label else body


def line(body: str) -> str:
    """The first words of a message for a list: a channel's ``[label]`` in the reader's language."""
    label = _LABEL.match(body)
    kind = KINDS.get(label[0].strip(" []")) if label else None
    if label is None or kind is None:
        return body
    return " · ".join(filter(None, (str(kind.word), body[label.end() :])))
