"""What people keep for themselves about lists."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views by who may see them."""

    def visible_to(self, user: Any) -> "SavedViewQuerySet":
        """The person's own and those that others share."""
        return self.filter(Q(owner=user) | Q(shared=True))


class SavedView(models.Model):
    """A list's filters, sort and size under a name: an address that somebody wants to come back to."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    domain = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    shared = models.BooleanField(_("shared with everyone"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "saved view")
        verbose_name_plural = pgettext_lazy("model", "saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "domain", "name"], name="core_savedview_one_name"),
        ]

    def __str__(self) -> str:
        return self.name
