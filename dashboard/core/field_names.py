"""What the admin and plain forms call the fields of the product's models, in the reader's language."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Field
from django.utils.translation import pgettext_lazy

CONTEXT = "field"
OURS = "dashboard."


def unnamed() -> Iterator[Field]:
    """The fields of our models that no model labels: Django calls them by their name in words."""
    for model in apps.get_models():
        if model.__module__.startswith(OURS):
            fields = (*model._meta.local_fields, *model._meta.local_many_to_many)
            yield from (field for field in fields if "verbose_name" not in field.deconstruct()[3])


def labels() -> set[str]:
    """Those names in English: what a catalogue of words has to know."""
    return {field.name.replace("_", " ") for field in unnamed()}


def translate() -> None:
    """Let those names follow the reader's language. Migrations see no label, as before."""
    for field in unnamed():
        field.verbose_name = pgettext_lazy(CONTEXT, field.name.replace("_", " "))
