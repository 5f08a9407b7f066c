"""The staff app and Django's admin, opened to superusers alone."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class StaffConfig(AppConfig):
    """People, roles, sign-in, audit trail."""

    default = True
    name = "dashboard.staff"
    verbose_name = "Staff"


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin behind the dashboard's own sign-in."""

    default = False
    default_site = "dashboard.staff.admin_site.SuperuserAdminSite"
