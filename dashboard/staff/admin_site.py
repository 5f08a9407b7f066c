"""Django's admin for superusers, entered through the dashboard's own sign-in; what they change there is audited."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import BinaryField, Model, QuerySet, URLField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy

from dashboard.core.crypto import EncryptedJSONField, EncryptedTextField
from dashboard.staff.audit import audit
from dashboard.staff.models import User

SEALED = (BinaryField, EncryptedJSONField, EncryptedTextField)


class SuperuserAdminSite(admin.AdminSite):
    """The admin site; anyone but an active superuser is refused."""

    site_title = site_header = gettext_lazy("Seller dashboard")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person is an active superuser."""
        return request.user.is_active and request.user.is_superuser

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send anonymous visitors to the dashboard's sign-in; refuse people who are no superusers."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or resolve_url("admin:index"), resolve_url("staff:sign_in"))


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the program writes. What is encrypted, binary or a raw answer is neither read nor shown."""

    show_full_result_count = False
    list_select_related = True
    list_per_page = 50
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def hidden(self) -> list[str]:
        """The fields that are never shown."""
        fields = self.model._meta.concrete_fields
        return [one.name for one in fields if isinstance(one, SEALED) or one.name == "raw"]

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Those, and what the class leaves out."""
        return [*(self.exclude or ()), *self.hidden()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without what is not shown."""
        return super().get_queryset(request).defer(*self.hidden())

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False


class AuditedAdmin(admin.ModelAdmin):
    """Rows that may be changed in the admin: each change stands in the audit trail too."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Noted."""
        audit(self._person(request), "admin.added", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Noted, with the names of the fields; a new password is a change."""
        audit(self._person(request), "admin.changed", obj, {"fields": _fields(message)})
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Noted, one event each."""
        for obj in queryset:
            audit(self._person(request), "admin.deleted", obj)
        return super().log_deletions(request, queryset)

    @staticmethod
    def _person(request: HttpRequest) -> User:
        return cast(User, request.user)


def _fields(message: Any) -> list[str]:
    """The fields of the admin's own note of a change."""
    parts = message if isinstance(message, list) else []
    return [str(name) for part in parts for name in part.get("changed", {}).get("fields", [])]
