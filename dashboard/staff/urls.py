"""Addresses under /staff/."""

from django.urls import path

from dashboard.staff.views import people, profile, sign_in, trail

app_name = "staff"
urlpatterns = [
    path("", people.people, name="people"),
    path("new/", people.new, name="new"),
    path("<int:pk>/", people.person, name="person"),
    path("<int:pk>/disable/", people.disable, name="disable"),
    path("<int:pk>/enable/", people.enable, name="enable"),
    path("<int:pk>/password/", people.first_password, name="first_password"),
    path("<int:pk>/reset-second-step/", people.reset_second_step, name="reset_second_step"),
    path("audit/", trail.trail, name="audit"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.second_step, name="second_step"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("confirm/", profile.confirm, name="confirm"),
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.password, name="password"),
    path("profile/sessions/end/", profile.end_sessions, name="end_sessions"),
    path("profile/two-factor/", profile.second_step_page, name="two_factor"),
    path("profile/two-factor/enrol/", profile.enrol, name="two_factor_enrol"),
    path("profile/two-factor/on/", profile.turn_on, name="two_factor_on"),
    path("profile/two-factor/codes/", profile.recovery_codes, name="recovery_codes"),
    path("profile/two-factor/off/", profile.turn_off, name="two_factor_off"),
]
