"""Pictures that platforms load from here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy


class SharedPicture(models.Model):
    """A picture that one of us gave to a platform, drawn anew; whoever has its address (`name`) may see it."""

    name = models.CharField(max_length=40, unique=True)
    image = models.BinaryField()  # JPEG
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "shared picture")
        verbose_name_plural = pgettext_lazy("model", "shared pictures")

    def __str__(self) -> str:
        return self.name
