"""Order files sent by other systems, read like those of the import centre."""

# Types are not postponed here: ninja reads them when it registers a view.

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import File, Path, Query, Router, Schema
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import Field

from yutang.api.door import scoped
from yutang.api.shapes import Id, Money, Ref
from yutang.areas.imports import queries, services
from yutang.areas.imports.models import ImportRun
from yutang.core.errors import DomainError

router = Router(tags=["Imports"])


class UnknownColumns(DomainError):
    code = "imports.unknown_columns"
    message = gettext_noop("These columns are not known. Save a mapping for them in the import centre once.")
    status = 422


class ImportOptions(Schema):
    layout: str | None = Field(None, max_length=40, description="taobao, jd, …; detected when it is left out.")
    source: str | None = Field(None, max_length=40, description="Platform whose buyer ids these are.")
    dry_run: bool = Field(False, description="Only count.")


class ImportOut(Schema):
    id: Ref
    state: str
    is_dry_run: bool
    file_names: list[str]
    layout: str
    source: str
    bytes_total: int
    bytes_read: int
    counts: dict[str, int] = Field(description="lines, orders, customers_new, rejected, duplicates, …; empty at first.")
    net: Money
    error: dict[str, Any] | None = Field(description="Why the file as a whole could not be read.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@router.post("/imports/orders", response={202: ImportOut})
@scoped("imports.run")
def import_orders(request: HttpRequest, options: Query[ImportOptions], file: File[UploadedFile]) -> object:
    """Takes a file of orders as multipart/form-data and reads it in the background; ask for the import until it is
    done. Only keys that reach the whole company."""
    run = services.upload(
        files=[(file.name or "file", file)], layout=options.layout, source=options.source, actor=request.actor
    )
    if not run.layout and not run.mapping:
        raise UnknownColumns(field="file")
    run = services.queue(run_id=run.pk, dry_run=options.dry_run, actor=request.actor)
    return Status(202, _shown(run, request))


@router.get("/imports/{import_id}", response=ImportOut)
@scoped("imports.view")
def import_run(request: HttpRequest, import_id: Path[Id]) -> object:
    """How far an import is, and what it did. Only keys that reach the whole company."""
    return _shown(queries.run(import_id, actor=request.actor), request)


def _shown(run: ImportRun, request: HttpRequest) -> ImportOut:
    computed = {"counts", "net"}
    values = {name: getattr(run, name) for name in ImportOut.model_fields if name not in computed}
    counts = {name: count for name, count in run.counts.items() if isinstance(count, int)}
    net = {"amount": counts.pop("net_amount", 0), "currency": request.merchant.currency}
    return ImportOut(**values, counts=counts, net=net)
