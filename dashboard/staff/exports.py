"""The export of the audit trail, with the digests that prove it whole."""

from typing import Any

from django.db.models import QuerySet

from dashboard.core.exports import Column, Export, register_export
from dashboard.staff.models import AuditEvent


def _trail(user: Any) -> QuerySet[AuditEvent]:
    """Every event for who manages the staff (and for the command line), none for others."""
    events = AuditEvent.objects.all()
    return events if user is None or user.may("staff.manage") else events.none()


register_export(
    Export(
        domain="audit",
        queryset=_trail,
        connection="connection",
        since="at",
        order=("sequence",),
        columns=[
            Column("sequence", kind="int"),
            Column("at", kind="time"),
            Column("actor", "actor_label"),
            Column("verb"),
            Column("target_kind"),
            Column("target_id"),
            Column("target_label"),
            Column("connection"),
            Column("ip"),
            Column("detail", kind="json"),
            Column("previous"),
            Column("digest"),
        ],
    )
)
