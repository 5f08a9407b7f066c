"""People and the audit trail in Django's admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dashboard.staff.models import AuditEvent, User

admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(UserAdmin):
    """People with their role; Django's groups and permissions are not used."""

    list_display = ("username", "email", "role", "sees_all_connections", "is_active", "is_superuser", "last_login")
    list_filter = ("role", "is_active", "is_superuser")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language", "time_zone", "theme")}),
        (_("Work"), {"fields": ("role", "sees_all_connections", "is_active", "is_superuser", "last_login")}),
    )
    readonly_fields = ("last_login",)


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):
    """The trail, to be read only."""

    list_display = ("sequence", "at", "actor_label", "verb", "target_kind", "target_label", "ip")
    list_filter = ("verb",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        """Nobody."""
        return False
