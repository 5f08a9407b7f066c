"""People and the audit trail in Django's admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dashboard.core.models import SavedView
from dashboard.staff.admin_site import AuditedAdmin, ReadOnlyAdmin
from dashboard.staff.models import AuditEvent, AuditHead, Authenticator, User

admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(AuditedAdmin, UserAdmin):
    """People with their role; Django's groups and permissions are not used. Who leaves is disabled, never deleted."""

    list_display = ("username", "email", "role", "sees_all_connections", "is_active", "is_superuser", "last_login")
    list_filter = ("role", "is_active", "is_superuser")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language", "time_zone", "theme")}),
        (_("Work"), {"fields": ("role", "sees_all_connections", "is_active", "is_superuser", "last_login")}),
    )
    readonly_fields = ("last_login",)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody: what the person did would lose its name."""
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The trail."""

    list_display = ("sequence", "at", "actor_label", "verb", "target_kind", "target_label", "ip")
    list_filter = ("verb",)


@admin.register(AuditHead)
class AuditHeadAdmin(ReadOnlyAdmin):
    """The newest link of the trail's chain."""


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Whose second step is on, without the secret; it is reset on the person's page."""

    list_display = ("user", "confirmed", "failures", "failed_at")


@admin.register(SavedView)
class SavedViewAdmin(AuditedAdmin):
    """What people saved of lists; a view that is everybody's may outlive its owner's interest in it."""

    list_display = ("name", "domain", "owner", "shared")
    list_filter = ("domain", "shared")
