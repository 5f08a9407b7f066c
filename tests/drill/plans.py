"""What goes wrong for one command: a fault of the platform, a death of the process, a platform that cannot be asked."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

FAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    "reset after": {"fault": "drop_after_apply"},
    "timeout after": {"fault": "slow", "seconds": 0.01},
    "half an answer": {"fault": "malformed"},
    "a page": {"fault": "malformed", "body": "<html>Bad gateway</html>"},
    "500 before": {"fault": "status", "code": 500},
    "502 before": {"fault": "status", "code": 502},
    "500 after": {"fault": "status", "code": 500, "after": True},
    "503": {"fault": "status", "code": 503},
    "late": {"fault": "status", "code": 504},  # what was sent arrives when it has been proven absent
    "429": {"fault": "rate_limit", "seconds": 30},
    "credentials end": {"fault": "expire_token"},
}
WHILE_SENDING = ("after_claim", "before_mark", "before_send", "after_send", "before_commit")
WHILE_PROVING = ("before_verify", "before_verdict")
KILLS = (*WHILE_SENDING, *WHILE_PROVING)


@dataclass
class Plan:
    """`kill`: the failpoint at which the process dies, once. `deaf`: the platform cannot be asked at first."""

    fault: str
    kill: str = ""
    deaf: bool = False
    twice: bool = False

    def takes(self, is_sending: bool) -> str:
        """The failpoint of this step, used up by it."""
        name = self.kill if self.kill in (WHILE_SENDING if is_sending else WHILE_PROVING) else ""
        self.kill = "" if name else self.kill
        return name


def drawn(chance: random.Random, kills: float) -> Plan:
    """A plan by chance; a death in the share `kills` of all."""
    fault = chance.choice(list(FAULTS))
    kill = chance.choice(KILLS) if chance.random() < kills else ""
    if kill and fault == "timeout after":  # over a socket that answer would only be late
        fault = "reset after"
    if kill in WHILE_PROVING:
        fault = chance.choice(["reset after", "500 before", "half an answer"])
    return Plan(fault, kill, deaf=chance.random() < 0.2, twice=chance.random() < 0.2)
