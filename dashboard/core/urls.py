"""Addresses of the frame; included at the root."""

from django.urls import path

from dashboard.core import style, views

app_name = "core"
urlpatterns = [
    path("language/", views.language, name="language"),
    path("sync-sign/", views.sync_sign, name="sync_sign"),
    path("views/save/", views.save_view, name="save_view"),
    path("views/<int:pk>/delete/", views.delete_view, name="delete_view"),
    path("search/palette", views.palette_hits, name="palette"),
    path("style/", style.style, name="style"),
]
