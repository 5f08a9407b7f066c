"""Logging for every process: one line an event, without secrets; JSON in production, readable under DEBUG."""

import logging.config
from collections.abc import Iterable
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from structlog.typing import EventDict, Processor, WrappedLogger

from dashboard.core import scrub as scrubbing


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Scrub an event by key and by value before anything renders it; of a long traceback the end stays."""
    for name, value in event.items():
        if name == "exception" and isinstance(value, str):
            event[name] = scrubbing.scrub_traceback(value)
        elif not name.startswith("_"):  # the processors' own entries, such as the record itself
            event[name] = scrubbing.scrub({name: value})[name]
    return event


def configure(*, level: str, readable: bool, secrets: Iterable[str] = ()) -> None:
    """Send structlog and the standard library's logging through the same processors to standard error.

    The `secrets` are removed wherever they appear, in logs as in all that is scrubbed.
    """
    scrubbing.register_secret(*secrets)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    renderer = structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(_standard(level, shared, renderer))


def _standard(level: str, shared: list[Processor], renderer: Processor) -> dict[str, Any]:
    """The configuration of the standard library's loggers."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"event": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.db.backends": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "axes": {"level": "ERROR"},  # refused tries stand in the audit trail
            "kombu.connection": {"level": "ERROR"},  # the broker of files has no host, and says so each time
            "celery.redirected": {"level": "WARNING"},
        },
    }


def report_errors(dsn: str) -> None:
    """Send errors to Sentry, scrubbed; raises ImproperlyConfigured where the optional package is missing."""
    try:
        import sentry_sdk
    except ImportError:
        raise ImproperlyConfigured("SENTRY_DSN is set, but the package sentry-sdk is not installed.") from None
    sentry_sdk.init(dsn=dsn, send_default_pii=False, max_request_body_size="never", before_send=_scrubbed)


def _scrubbed(event: Any, _hint: Any) -> Any:
    """Scrub an error report, local variables included."""
    return scrubbing.scrub(event)
