"""Job entry points of the import centre."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.imports import services, shipments
from yutang.areas.imports.errors import ImportFileError
from yutang.core import access, logs
from yutang.lake import writer

log = logs.get(__name__)


@app.task(name="imports.run")
def run(merchant_id: int, run_id: int) -> None:
    try:
        services.execute(run_id=run_id, actor=access.system(merchant_id))
    except ImportFileError as error:
        log.warning("imports.unreadable", run=run_id, code=error.code)  # the run says why; trying again changes nothing
    writer.run()


@app.task(name="imports.ship")
def ship(merchant_id: int, run_id: int) -> None:
    shipments.execute(run_id=run_id, actor=access.system(merchant_id, "shipping by file"))
