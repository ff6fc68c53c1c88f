"""JSON lines on standard error; structlog renders, the standard library transports."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import psycopg
import structlog


def _traceback(logger: object, name: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """The exception as text, without what PostgreSQL says about the values of the refused row: DETAIL
    (“Key (email)=(…) already exists.”, “Failing row contains (…).”) and CONTEXT (“COPY …, column phone: …”)."""
    info = event.get("exc_info")
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    values = set(_row_values(error)) if isinstance(error, BaseException) else set()
    event = structlog.processors.format_exc_info(logger, name, event)
    for key, text in event.items():
        if isinstance(text, str):
            for value in values:
                text = text.replace(value, "(left out)")
            event[key] = text
    return event


def _row_values(error: BaseException) -> Iterator[str]:
    """What the whole chain of exceptions holds of it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, psycopg.Error):
            yield from filter(None, (one.diag.message_detail, one.diag.context))


_PROCESSORS: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _traceback,
]


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    def __init__(self) -> None:
        super().__init__(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=_PROCESSORS,
        )


structlog.configure(
    processors=[*_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def get(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def quiet() -> None:
    """For commands whose output is data: only warnings and worse."""
    logging.getLogger("yutang").setLevel(logging.WARNING)
