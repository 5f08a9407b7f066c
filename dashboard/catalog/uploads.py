"""Images that are stored on a platform while the form of their product is filled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dashboard.core.pages import keys_of
from dashboard.core.wording import worded
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import DONE

MOST = 24


def uploads_of(user: Any, connection: Connection, given: Iterable[str]) -> list[Command]:
    """The commands that stored images on a connection, of those that a form names, in the form's order."""
    pks = keys_of(given)[:MOST]
    if not pks:
        return []
    rows = Command.objects.visible_to(user).filter(connection=connection, kind="catalog.upload_image", pk__in=pks)
    found = rows.select_related("connection", "actor").defer("payload").in_bulk()
    return [found[pk] for pk in pks if pk in found]


def names_of(commands: Iterable[Command]) -> list[str]:
    """How the platform calls the images. Raises `ValidationError` for one that is not there (yet)."""
    names = []
    for one in commands:
        if one.is_moving:
            raise ValidationError({"images": _("“%(name)s” is still being stored: send again in a moment.") % _of(one)})
        if one.state != DONE or not one.receipt.get("remote_id"):
            words = _("“%(name)s” was not stored: %(why)s Take it out of the list, or choose it again.")
            raise ValidationError({"images": words % (_of(one) | {"why": worded(one.error)})})
        names.append(one.receipt["remote_id"])
    return names


def _of(command: Command) -> dict[str, str]:
    return {"name": command.summary}
