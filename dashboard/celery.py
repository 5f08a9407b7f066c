"""The Celery application and what beat wakes.

Tasks carry ids only: the database row is the truth and the broker merely wakes workers. Settings live in
`dashboard.settings` under the prefix ``CELERY_``.
"""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

TRANSPORT_ALIASES["filesystem"] = "dashboard.core.broker:Transport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "dashboard.core.broker_redis:Transport"
app = Celery("dashboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"] |= {"dashboard.sync.sweeper:Sweeper", "dashboard.sync.watchdog:Watchdog"}

# Static on purpose: what is due is decided by rows, not by beat.
# Each entry: name → {"task": dotted path, "schedule": seconds}.
app.conf.beat_schedule = {
    "words": {"task": "dashboard.sync.tasks.index_words", "schedule": 5.0, "options": {"expires": 10}},
    "sweep": {"task": "dashboard.sync.tasks.sweep", "schedule": 5.0, "options": {"expires": 10}},
    "refresh": {"task": "dashboard.sync.tasks.refresh_due", "schedule": 15.0, "options": {"expires": 30}},
    "prune": {"task": "dashboard.sync.tasks.prune", "schedule": 3600.0, "options": {"expires": 3600}},
}
