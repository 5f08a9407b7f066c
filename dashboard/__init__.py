"""The Django project: one place where a seller's staff run their marketplaces."""

from dashboard.celery import app as celery_app

__all__ = ["celery_app"]
