"""Loads the simulated brand through the same importers a merchant uses."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from yutang.areas.imports import services as imports
from yutang.areas.merchants import queries, services
from yutang.areas.merchants.models import Merchant, OrgNode
from yutang.cli import shared
from yutang.cli.demo_accounts import MANAGER, OWNER, PASSWORD
from yutang.core import access, tenancy
from yutang.lake import writer
from yutang.simulators import brand

if TYPE_CHECKING:
    from yutang.core.access import Actor

SLUG = "guting"


def load(*, scale: float) -> Merchant:
    """Makes the merchant, its stores and staff, and imports every file; what is there already stays."""
    loaded = settings.HOME / "demo.loaded"
    merchant = Merchant.objects.filter(slug=SLUG).first()
    if merchant is not None and loaded.exists():
        return merchant
    truth = brand.make_brand(scale=scale)
    if merchant is None:
        merchant = services.create_merchant(
            slug=SLUG, name="谷汀麦作", owner_email=OWNER, owner_password=PASSWORD, owner_name="沈谷汀"
        )
    actor = access.system(merchant.pk, name="示例数据")
    with tenancy.scope(merchant.pk):
        # Trying things out must not begin with an authenticator app; real merchants keep the stricter default.
        services.merchants.change(
            name=merchant.name, timezone=merchant.timezone, second_factor=Merchant.SecondFactor.OPTIONAL, actor=actor
        )
        _stores(truth, actor)
        _staff(truth, actor)
    _import(truth, actor)
    loaded.touch()
    return merchant


def _stores(truth: brand.Truth, actor: Actor) -> None:
    root = queries.root_node()
    regions = {
        region.code: services.add_node(
            parent=root, kind=OrgNode.Kind.REGION, code=region.code, name=region.name, actor=actor
        )
        for region in truth.regions
    }
    for store in truth.stores:
        services.add_node(
            parent=regions[store.region_code],
            kind=OrgNode.Kind.STORE,
            code=store.code,
            name=store.name,
            ownership=OrgNode.Ownership.DIRECT if store.is_direct else OrgNode.Ownership.FRANCHISE,
            province=store.province,
            city=store.city,
            actor=actor,
        )


def _staff(truth: brand.Truth, actor: Actor) -> None:
    store = OrgNode.objects.get(code=truth.stores[0].code)
    manager = services.add_member(email=MANAGER, name="陆麦", password=PASSWORD, actor=actor)
    services.grant_role(member=manager, role_key="store_manager", node=store, actor=actor)


def _import(truth: brand.Truth, actor: Actor) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = brand.write_files(truth, Path(folder))
        if (voided := brand.write_mixups(truth, Path(folder))) is not None:
            files.append(voided)  # they give the review queue something to ask
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=shared.err) as bar:
            task = bar.add_task("Importing three years of orders", total=len(files))
            for file in files:
                _import_one(file, actor)
                bar.advance(task)
    writer.run()


def _import_one(file: brand.ExportFile, actor: Actor) -> None:
    paths = [path for path in (file.path, file.companion) if path is not None]
    with tenancy.scope(actor.merchant_id):
        run = imports.upload(
            files=[(path.name, path.open("rb")) for path in paths],
            mapping=file.mapping.read_text(encoding="utf-8") if file.mapping else None,
            source=file.source if file.mapping else None,
            actor=actor,
        )
        imports.start(run_id=run.pk, dry_run=False, actor=actor)
    imports.execute(run_id=run.pk, actor=actor)
