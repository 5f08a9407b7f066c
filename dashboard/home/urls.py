"""Addresses of the day's work and of the search."""

from django.urls import path

from dashboard.home import views

app_name = "home"

urlpatterns = [
    path("", views.index, name="index"),
    path("home/refresh/", views.refresh, name="refresh"),
    path("home/queues/", views.queues, name="queues"),
    path("home/due/", views.due_news, name="due_news"),
    path("home/health/", views.health, name="health"),
    path("search/", views.search, name="search"),
]
