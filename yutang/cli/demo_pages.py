"""The demo brand's own home page, the same for its best customers, and a topic page to send on."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog import services as pictures_of
from yutang.areas.decoration import blocks, edits, queries, ranking, services
from yutang.areas.decoration.models import Page
from yutang.areas.decoration.services import PageWords
from yutang.areas.segments.models import Segment
from yutang.core import clock, tenancy
from yutang.simulators.brand import banners

if TYPE_CHECKING:
    from yutang.areas.decoration.models import PageVariant
    from yutang.core.access import Actor

TOPIC, SEGMENT = "birthday", "千元客户"
_ICONS = (("生日蛋糕", "P017"), ("切件甜点", "P025"), ("现烤面包", "P002"), ("吐司", "P013"), ("咖啡饮品", "P030"),
          ("饼干点心", "P035"), ("伴手礼", "P057"), ("配件与体验", "P060"))  # fmt: skip
_SIZES = (
    "<h2>怎么选尺寸</h2><ul><li>6 寸：2–4 人</li><li>8 寸：5–8 人</li><li>10 寸：8–12 人</li></ul>"
    "<p>动物奶油当日现做，请提前两小时下单。</p>"
)


def load(actor: Actor) -> None:
    """Once: what somebody has changed since stays."""
    with tenancy.scope(actor.merchant_id):
        if not Page.objects.exists():
            ranking.rank()  # at once instead of within the hour
            _topic(actor)
            _home(actor)


def _home(actor: Actor) -> None:
    page = services.home(actor=actor)
    services.change_page(
        page_id=page.pk, words=PageWords("首页", share_text="谷汀麦作，每天三炉现烤"), actor=actor
    )  # fmt: skip
    general = queries.variants(page).get(segment__isnull=True)
    _publish(general, _usual(actor), actor)
    segment = Segment.objects.filter(name=SEGMENT).first()
    if segment is not None:
        variant = services.add_variant(page_id=page.pk, segment_id=segment.pk, actor=actor)
        _publish(variant, [_notice("老朋友，欢迎回来。本月新品为您留了第一炉。"), *_usual(actor)], actor)


def _usual(actor: Actor) -> list[dict[str, Any]]:
    branches = {branch.category.name: branch.pk for branch in catalog.categories()}
    covers = _covers([code for _, code in _ICONS])
    cakes = {"to": "category", "value": str(branches["生日蛋糕"])}
    return [
        _block("banner", slides=[
            {"picture": _banner("今天也要好好庆祝", "生日蛋糕 当日现做", 0, actor), "alt": "生日蛋糕当日现做",
             "link": {"to": "topic", "value": TOPIC}},
            {"picture": _banner("一天三炉", "早 8 点 · 午 11 点半 · 晚 5 点", 1, actor), "alt": "面包一天三炉",
             "link": {"to": "category", "value": str(branches["现烤面包"])}},
        ]),
        _notice("满 99 元包邮（新疆、西藏除外），蛋糕请到店自提", {"to": "stores"}),
        _block("grid", columns="4", cells=[
            {"picture": covers[code], "text": name, "link": {"to": "category", "value": str(branches[name])}}
            for name, code in _ICONS
        ]),
        _block("countdown", title="第一口新品价", until=(clock.now() + timedelta(days=3)).isoformat(), link=cakes),
        _block("products", title="大家都在买", source="best", most=6, layout="row"),
        _block("products", title="生日蛋糕", source="category", category=branches["生日蛋糕"], most=4, layout="two"),
        _block("products", title="新鲜上架", source="newest", most=4, layout="list"),
        _block("stores", title="离你近的门店", most=3),
    ]  # fmt: skip


def _topic(actor: Actor) -> None:
    words = PageWords("生日提案", share_title="把生日过成节日", share_text="选一款当日现做的生日蛋糕，两小时后到店取")
    page = services.create_topic(slug=TOPIC, words=words, actor=actor)
    chosen = catalog.products_by_code(["P017", "P018", "P019", "P020", "P060"])
    _publish(queries.variants(page).get(segment__isnull=True), [
        _block("banner", slides=[
            {"picture": _banner("生日提案", "一年只有一次，别将就", 2, actor), "alt": "生日提案"},
        ]),
        _block("rich", html=_SIZES),
        _block("products", title="主厨推荐", products=[row.pk for row in chosen.values()], layout="two"),
        _block("spacer", height=12), _block("stores", title="到店自提", most=5),
    ], actor)  # fmt: skip


def _publish(variant: PageVariant, raw: list[dict[str, Any]], actor: Actor) -> None:
    edit = edits.replace(raw)
    changed = services.change(variant_id=variant.pk, revision=variant.revision, edit=edit, actor=actor)
    services.publish(variant_id=variant.pk, revision=changed.revision, actor=actor)


def _block(kind: str, **values: Any) -> dict[str, Any]:
    return {"kind": kind, "id": blocks.new_id(), **values}


def _notice(text: str, link: dict[str, str] | None = None) -> dict[str, Any]:
    return _block("notice", text=text, link=link or {})


def _banner(title: str, text: str, look: int, actor: Actor) -> dict[str, Any]:
    stored = pictures_of.store_picture(content=io.BytesIO(banners.draw(title, text, look)), actor=actor)
    return {"digest": stored.digest, "width": stored.width, "height": stored.height}


def _covers(codes: list[str]) -> dict[str, dict[str, Any]]:
    """Product code → its picture."""
    rows = catalog.products_by_code(codes)
    held = catalog.pictures_of(row.pk for row in rows.values())
    first = {code: held[row.pk][0] for code, row in rows.items()}
    return {code: {"digest": one.digest, "width": one.width, "height": one.height} for code, one in first.items()}
