"""What the audit trail's verbs say to people. This table is the only place that says so; a test finds what it lacks."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AREAS: dict[str, Promise] = {
    "admin": _("Django admin"),
    "aftersales": _("After-sales"),
    "approval": _("Approvals"),
    "batch": _("Batches"),
    "callback": _("Callbacks"),
    "command": _("Commands"),
    "connection": _("Connections"),
    "finance": _("Money"),
    "messages": _("Messages"),
    "orders": _("Orders"),
    "quarantine": _("Quarantine"),
    "sourcing": _("Buying"),
    "staff": _("Staff"),
    "sync": _("Reading and sending"),
    "tickets": _("Tickets"),
}

VERBS: dict[str, Promise] = {
    "admin.added": _("Added a row in the admin"),
    "admin.changed": _("Changed a row in the admin"),
    "admin.deleted": _("Deleted a row in the admin"),
    "aftersales.assigned": _("Assigned a case"),
    "approval.approved": _("Agreed to it as second person"),
    "approval.asked": _("Asked for a second person"),
    "approval.declined": _("Declined it"),
    "batch.retried": _("Tried a batch again"),
    "batch.submitted": _("Gave a batch of commands"),
    "callback.replayed": _("Had a push applied again"),
    "command.settled": _("Settled a command"),
    "command.submitted": _("Gave a command"),
    "connection.active": _("Enabled a connection"),
    "connection.added": _("Added a connection"),
    "connection.changed": _("Changed a connection"),
    "connection.disabled": _("Disabled a connection"),
    "connection.paused": _("Paused a connection"),
    "connection.removed": _("Removed a connection"),
    "connection.secret_removed": _("Took a callback secret out of use"),
    "finance.cost_added": _("Stated a cost"),
    "finance.cost_removed": _("Took a cost back"),
    "messages.assigned": _("Assigned a thread"),
    "messages.canned_deleted": _("Deleted a canned reply"),
    "messages.canned_saved": _("Saved a canned reply"),
    "messages.done": _("Marked a thread as done"),
    "messages.snoozed": _("Let a thread rest"),
    "messages.woken": _("Woke a thread"),
    "orders.assigned": _("Assigned an order"),
    "orders.batch_submitted": _("Gave commands for several orders"),
    "orders.content_revealed": _("Revealed delivered content"),
    "quarantine.dismissed": _("Dismissed a record of the quarantine"),
    "quarantine.replayed": _("Had a record of the quarantine read again"),
    "sourcing.purpose_added": _("Said for which order a purchase is"),
    "sourcing.purpose_removed": _("Took back for which order a purchase is"),
    "staff.access_denied": _("Was refused access"),
    "staff.confirmed": _("Gave the password again"),
    "staff.password_changed": _("Changed their password"),
    "staff.password_set": _("Gave somebody a first password"),
    "staff.person_changed": _("Changed a person"),
    "staff.person_created": _("Added a person"),
    "staff.person_disabled": _("Disabled a person"),
    "staff.person_enabled": _("Enabled a person"),
    "staff.profile_changed": _("Changed their profile"),
    "staff.recovery_code_used": _("Signed in with a recovery code"),
    "staff.recovery_codes_made": _("Made new recovery codes"),
    "staff.second_step_off": _("Turned the second step off"),
    "staff.second_step_on": _("Turned the second step on"),
    "staff.second_step_refused": _("Was refused at the second step"),
    "staff.second_step_reset": _("Reset somebody's second step"),
    "staff.sessions_ended": _("Signed out everywhere"),
    "staff.sign_in_refused": _("Was refused at sign-in"),
    "staff.signed_in": _("Signed in"),
    "staff.signed_out": _("Signed out"),
    "sync.recovered": _("Recovered from a backup"),
    "tickets.assigned": _("Assigned a ticket"),
}


def in_words(verb: str) -> str:
    """A verb in the reader's language; one of an older version keeps its name."""
    return str(VERBS.get(verb, verb))


def choices() -> list[tuple[Promise, list[tuple[str, Promise]]]]:
    """For a filter: the verbs by area, each area first as a whole."""
    return [(label, [(f"{area}.", _("All of them")), *_of(area)]) for area, label in AREAS.items()]


def _of(area: str) -> list[tuple[str, Promise]]:
    return [(verb, words) for verb, words in VERBS.items() if verb.startswith(f"{area}.")]
