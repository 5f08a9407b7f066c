"""What is searched of the machinery: commands, by target and summary."""

from dashboard.core.searching import Searched

COMMANDS = Searched(
    "sync.Command", ("target", "target_label", "summary"), numbers=("target", "target_label"), newest="created_at"
)
