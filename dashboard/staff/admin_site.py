"""Django's admin for superusers, entered through the dashboard's own sign-in with its throttle and second step."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.decorators import method_decorator


class SuperuserAdminSite(admin.AdminSite):
    """The admin site; anyone but an active superuser is refused."""

    site_title = site_header = "Seller dashboard"

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
