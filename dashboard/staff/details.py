"""What the audit trail's targets and details say to people; what is stored keeps its codes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dashboard.core.wording import spelled, worded

# Names of what events carry, as `spelled` writes them, where no page says them already.
NAMES = (
    gettext_noop("Append"), gettext_noop("Approve"), gettext_noop("Base url"), gettext_noop("Callback secrets"),
    gettext_noop("Fields"), gettext_noop("Image urls"), gettext_noop("Of"), gettext_noop("Partner code"),
    gettext_noop("Permission"), gettext_noop("Set"), gettext_noop("To"),
)  # fmt: skip

_kinds: list[Callable[[str], str]] = []


def register_kinds(words: Callable[[str], str]) -> None:
    """``words(code)`` names a kind of command to people, and gives back what is none; there is one."""
    _kinds[:] = [words]


def of_target(kind: str, label: str) -> str:
    """The label of a target; the kind of command that it begins with is in words."""
    if kind not in ("command", "approval"):
        return label
    code, _space, rest = label.partition(" ")
    return f"{_in_words(code)} {rest}".rstrip()


def of_event(detail: Mapping[str, Any]) -> str:
    """The detail in one line: names and values by name; a list without its brackets, a payload as what is in it."""
    return "; ".join(f"{worded(spelled(name))}: {value}" for name, value in sorted(_facts(detail)) if value)


def _facts(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in detail.items():
        if isinstance(value, Mapping):
            yield from _facts(value)
        elif name == "kind":  # of a batch, it may be several
            yield name, ", ".join(map(_in_words, str(value).split()))
        else:
            yield name, _said(value)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return " ".join(f"{name} {item}" for name, item in value.items() if item not in ("", None))
    return ", ".join(map(_said, value)) if isinstance(value, list) else "" if value is None else str(value)


def _in_words(code: str) -> str:
    return _kinds[0](code) if _kinds else code
