"""The staff app and Django's admin, opened to superusers alone."""

from axes import apps as axes
from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy, gettext_noop


class StaffConfig(AppConfig):
    """People, roles, sign-in, audit trail."""

    default = True
    name = "dashboard.staff"
    verbose_name = gettext_lazy("Staff")


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin behind the dashboard's own sign-in."""

    default = False
    default_site = "dashboard.staff.admin_site.SuperuserAdminSite"


class SignInLockConfig(axes.AppConfig):
    """The pause after wrong sign-ins, under names that its package has in few languages."""

    default = False
    verbose_name = gettext_lazy("Sign-in attempts")
    names = (
        gettext_noop("access attempt"), gettext_noop("access attempts"), gettext_noop("access failure"),
        gettext_noop("access failures"), gettext_noop("access log"), gettext_noop("access logs"),
    )  # fmt: skip
