"""Loads the simulated brand through the same importers a merchant uses."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from yutang.areas.grades import services as grades
from yutang.areas.imports import services as imports
from yutang.areas.merchants import queries, services
from yutang.areas.merchants.models import Merchant, OrgNode
from yutang.areas.segments import services as segments
from yutang.areas.segments.models import Segment
from yutang.cli import (
    demo_coupons,
    demo_members,
    demo_orders,
    demo_pages,
    demo_people,
    demo_programme,
    demo_shop,
    shared,
)
from yutang.cli.demo_accounts import MANAGER, OWNER, PASSWORD, SHOP
from yutang.core import access, locks, tenancy
from yutang.core.locks import Lock
from yutang.lake import writer
from yutang.simulators import brand

if TYPE_CHECKING:
    from yutang.core.access import Actor

# What an operator would build first, so that the list of segments shows what it is for.
SEGMENTS = (
    ("沉睡老客", "买过两次以上、90 天没来的人，适合唤回", {"all": [
        {"attr": "orders.purchases", "op": ">=", "value": 2},
        {"attr": "orders.days_since_last_purchase", "op": ">", "value": 90},
    ]}),
    ("新客待复购", "近 60 天首次购买、还没有第二次的人", {"all": [
        {"attr": "orders.purchases", "op": "=", "value": 1},
        {"attr": "orders.days_since_last_purchase", "op": "<=", "value": 60},
    ]}),
    ("千元客户", "累计净消费满 1,000 元的人", {"all": [
        {"attr": "orders.net_amount", "op": ">=", "value": 100_000},
    ]}),
)  # fmt: skip


def load(*, scale: float) -> Merchant:
    """Makes the merchant, its stores and staff, and imports every file; what is there already stays. Whoever comes
    while another `yutang demo` loads the same home waits for it."""
    with locks.attempted(Lock.DEMO) as is_first:
        if is_first:
            return _loaded(scale)
    _say("Waiting for another `yutang demo`, which is loading the same brand")
    with locks.held(Lock.DEMO):
        return _loaded(scale)


def _loaded(scale: float) -> Merchant:
    loaded = settings.HOME / "demo.loaded"
    merchant = Merchant.objects.filter(slug=SHOP).first()
    if merchant is not None and loaded.exists():
        return merchant
    merchant = merchant or create()
    truth = story(merchant, scale)
    actor = access.system(merchant.pk, name="示例数据")
    load_stores(truth, actor)
    _say("Products, pictures and stock")
    demo_shop.load(truth, actor)
    load_files(truth, actor)
    _say("Behaviour, codes, tags and consents of people")
    demo_people.load(truth, actor)
    _say("Orders, reviews and after-sale cases of the shop")
    demo_programme.wait_with_growth(actor)
    demo_orders.load(truth, actor)
    _say("Segments and pages of the shop")
    _segments(actor)
    demo_pages.load(actor)
    _say("Members: points, stored value, coupons, cards, bookings and a closed month")
    demo_members.load(truth, actor)
    demo_coupons.recall(SEGMENTS[0][0], actor)
    _say("Rules of tags and scores of people")
    demo_people.follow_rules(actor)
    _grades(actor)
    loaded.touch()
    return merchant


def create() -> Merchant:
    return services.create_merchant(
        slug=SHOP, name="谷汀麦作", owner_email=OWNER, owner_password=PASSWORD, owner_name="沈谷汀"
    )


def load_stores(truth: brand.Truth, actor: Actor) -> None:
    _say("The brand, its stores and staff")
    with tenancy.scope(actor.merchant_id):
        merchant = Merchant.objects.get(pk=actor.merchant_id)
        # Trying things out must not begin with an authenticator app; real merchants keep the stricter default.
        services.merchants.change(
            name=merchant.name, timezone=merchant.timezone, second_factor=Merchant.SecondFactor.OPTIONAL, actor=actor
        )
        _stores(truth, actor)
        _staff(truth, actor)


def load_files(truth: brand.Truth, actor: Actor) -> None:
    """What the platforms' exports tell: who bought what in three years. Needs the stores, nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        files = brand.write_files(truth, Path(folder))
        if (voided := brand.write_mixups(truth, Path(folder))) is not None:
            files.append(voided)  # they give the review queue something to ask
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=shared.err, disable=not shared.err.is_terminal) as bar:
            task = bar.add_task("Importing three years of orders", total=len(files))
            for number, file in enumerate(files, 1):
                if not shared.err.is_terminal:
                    _say(f"Importing three years of orders {number}/{len(files)}: {file.path.name}")
                _import_one(file, actor)
                bar.advance(task)
    _say("Copying what was imported to the lake")
    writer.run()


def story(merchant: Merchant, scale: float) -> brand.Truth:
    """What the files tell: its history ends yesterday, so that the home page has figures. A load broken off goes on
    with its first day's."""
    yesterday = merchant.created_at.astimezone(ZoneInfo(merchant.timezone)).date() - timedelta(days=1)
    return brand.make_brand(scale=scale, as_of=yesterday)


def _say(step: str) -> None:
    """A line for each step: whoever reads a file or a pipe sees no bar."""
    shared.err.print(step, highlight=False)


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


def _import_one(file: brand.ExportFile, actor: Actor) -> None:
    paths = [path for path in (file.path, file.companion) if path is not None]
    with ExitStack() as opened, tenancy.scope(actor.merchant_id):
        run = imports.upload(
            files=[(path.name, opened.enter_context(path.open("rb"))) for path in paths],
            mapping=file.mapping.read_text(encoding="utf-8") if file.mapping else None,
            source=file.source if file.mapping else None,
            actor=actor,
        )
        imports.start(run_id=run.pk, dry_run=False, actor=actor)
    imports.execute(run_id=run.pk, actor=actor)


def _segments(actor: Actor) -> None:
    with tenancy.scope(actor.merchant_id):
        known = set(Segment.objects.values_list("name", flat=True))
        for name, description, rule in SEGMENTS:
            if name not in known:
                segments.create(name=name, description=description, rule=rule, actor=actor)


def _grades(actor: Actor) -> None:
    """Scores at once instead of within a minute, and a ladder that fits a bakery: 300 and 1,000 yuan a year."""
    with tenancy.scope(actor.merchant_id):
        grades.refresh()
        grades.set_ladder(measure="net", window_days=365, middle_from=30_000, big_from=100_000, actor=actor)
