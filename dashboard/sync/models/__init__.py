"""Rows of the machinery."""

from dashboard.sync.models.approvals import Approval
from dashboard.sync.models.callbacks import Callback
from dashboard.sync.models.commands import Batch, Command
from dashboard.sync.models.connections import Connection
from dashboard.sync.models.exchanges import Exchange, Heartbeat, RateBucket, Tally
from dashboard.sync.models.feeds import Change, FeedState, Quarantined, Run, UnknownWord
from dashboard.sync.models.mirrored import MirroredModel, MirroredPart, MirrorQuerySet, ScopedQuerySet
from dashboard.sync.models.pictures import SharedPicture

__all__ = [
    "Approval",
    "Batch",
    "Callback",
    "Change",
    "Command",
    "Connection",
    "Exchange",
    "FeedState",
    "Heartbeat",
    "MirrorQuerySet",
    "MirroredModel",
    "MirroredPart",
    "Quarantined",
    "RateBucket",
    "Run",
    "ScopedQuerySet",
    "SharedPicture",
    "Tally",
    "UnknownWord",
]
