"""What staff do about tickets: open with pictures, reply, update."""

from dashboard.tickets.commands import opening, pictures, working

__all__ = ["opening", "pictures", "working"]
