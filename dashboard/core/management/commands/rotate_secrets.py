"""``manage.py rotate_secrets``: encrypt everything anew with the first key of SECRETS_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard.core import crypto


class Command(BaseCommand):
    """Put a new key first, run this, then drop the old key."""

    help = "Encrypt every stored secret anew with the first key of SECRETS_KEYS."

    def handle(self, **options: Any) -> None:
        """Rotate table by table."""
        for model, names in crypto.encrypted_fields():
            try:
                done = crypto.rotate(model, names)
            except crypto.Undecryptable as problem:
                raise CommandError(f"{model._meta.label}: {problem}") from problem
            self.stdout.write(f"{model._meta.label}: {done} rows")
