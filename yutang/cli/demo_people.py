"""What makes the demo's people more than buyers: behaviour, channel codes, tags, life facts, consents.

Everything goes through the services that screens and the API use. What is there already stays, so a load that was
broken off goes on.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from yutang.areas.customers.models import Customer
from yutang.areas.interactions import arrivals, codes
from yutang.areas.interactions import services as interactions
from yutang.areas.interactions.models import Code
from yutang.areas.interactions.reading import AccountIn, EventIn
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import OrgNode
from yutang.areas.privacy import consents
from yutang.areas.privacy.models import Channel, Consent, ConsentText, Purpose
from yutang.areas.segments.models import Segment
from yutang.areas.tags import lunar
from yutang.areas.tags import services as tags
from yutang.areas.tags.models import LifeFact, Tag, Tagging, TaggingRun, TagGroup
from yutang.cli import demo_relations
from yutang.core import clock, tenancy
from yutang.lake import writer
from yutang.simulators import brand

if TYPE_CHECKING:
    from collections.abc import Callable

    from yutang.areas.merchants.models import Member
    from yutang.core.access import Actor

AT_ONCE = 1_000
SHOP = "https://shop.guting.example/"
CAKE = {"did": "orders.line", "where": {"attr": "title", "op": "contains", "value": "蛋糕"},
        "count": {"op": ">=", "value": 3}, "count_of": "order_id", "within": "365d"}  # fmt: skip
LOOKS = {"all": [
    {"did": "interactions.event", "where": {"attr": "kind", "op": "=", "value": "view"},
     "count": {"op": ">=", "value": 3}, "within": "30d"},
    {"not": {"did": "orders.line", "within": "30d"}},
]}  # fmt: skip
# (group, colour, only one of it, (name, rule))
TAGS = (
    ("口味偏好", "pink", False, (("蛋糕控", CAKE), ("少糖", None), ("爱抹茶", None))),
    ("购买意向", "orange", True, (("只看不买", LOOKS), ("近期要订生日蛋糕", None))),
    ("服务提醒", "teal", False, (("对坚果过敏", None), ("喜欢门店自提", None))),
)
TOLD = (
    ("少糖", "企微聊天：“给爸妈买的，尽量少糖”"),
    ("爱抹茶", "到店试吃抹茶千层后连买两次"),
    ("近期要订生日蛋糕", "电话咨询 8 寸生日蛋糕，说下月孩子过生日"),
    ("对坚果过敏", "下单备注：不要坚果"),
    ("喜欢门店自提", "三次订单都选了门店自提"),
)
TEXT = (
    "同意谷汀麦作通过所选方式向您发送新品、优惠和会员活动信息。"
    "您可随时在“我的—隐私设置”中撤回，撤回不影响已购商品的服务。"
)


def load(truth: brand.Truth, actor: Actor) -> None:
    """After the orders, before segments: call outside any transaction."""
    with tenancy.scope(actor.merchant_id):
        guides = demo_relations.colleagues(truth, actor)
        slugs = _codes(truth, guides, actor)
        _acts(truth, slugs, actor)
    with tenancy.scope(actor.merchant_id):
        while interactions.link(actor=actor):
            pass
        _consents(_some(0.05, "consents"), actor)
        _told(_some(0.01, "tags"), _tags(actor), actor)
        _lives(_some(0.008, "lives"), actor)
        demo_relations.load(truth, actor)
    writer.run()


def follow_rules(actor: Actor) -> None:
    """Rule tags at once instead of with the next job, and one run over a segment, of all that has happened until now;
    call outside any transaction."""
    writer.run()
    with tenancy.scope(actor.merchant_id):
        ruled = list(Tag.objects.filter(rule__isnull=False).values_list("pk", flat=True))
        prepared = _run_over_segment(actor)
    for tag_id in ruled:
        tags.recompute(merchant_id=actor.merchant_id, tag_id=tag_id)
    if prepared is not None:
        tags.execute(merchant_id=actor.merchant_id, run_id=prepared)
    writer.run()


def _codes(truth: brand.Truth, guides: dict[str, Member], actor: Actor) -> list[str]:
    """The slugs, in the order of the story's codes; `guides` by the code of their store."""
    nodes = {node.code: node for node in OrgNode.objects.filter(kind=OrgNode.Kind.STORE)}
    headquarters = merchants.root_node()
    slugs = []
    for code in brand.codes(truth):
        node = nodes[code.store_code] if code.store_code else headquarters
        guide = guides.get(node.code) if code.kind == "guide" else None
        made = Code.objects.filter(kind=code.kind, name=code.name, node=node).first() or codes.create(
            kind=code.kind,
            name=code.name,
            holder=code.holder,
            node=node,
            target=SHOP,
            guide_id=guide and guide.pk,
            actor=actor,
        )
        slugs.append(made.slug)
    return slugs


def _acts(truth: brand.Truth, slugs: list[str], actor: Actor) -> None:
    events = [_event(act, slugs) for act in brand.acts(truth)]
    for start in range(0, len(events), AT_ONCE):
        interactions.record(events=events[start : start + AT_ONCE], actor=actor)


def _event(act: brand.Act, slugs: list[str]) -> EventIn:
    properties = {"code": slugs[act.code], **act.properties} if act.kind == "scan" and act.code is not None else None
    return EventIn(
        id=act.act_id, kind=act.kind, occurred_at=act.at, visitor=act.visitor,
        identity=AccountIn(kind="phone", value=act.phone) if act.phone else None,
        channel=act.channel, page=act.page, source="" if act.code is None else arrivals.source(slugs[act.code]),
        item=act.item, properties=properties or act.properties,
    )  # fmt: skip


def _some(share: float, why: str) -> list[Customer]:
    """People picked at random, the same ones each time; a handful of a small brand."""
    ids = list(Customer.objects.filter(merged_into__isnull=True).order_by("pk").values_list("pk", flat=True))
    chosen = random.Random(why).sample(ids, min(len(ids), max(12, round(share * len(ids)))))
    return list(Customer.objects.filter(pk__in=chosen).order_by("pk"))


def _consents(people: list[Customer], actor: Actor) -> None:
    if not ConsentText.objects.filter(purpose=Purpose.MARKETING).exists():
        consents.add_text(purpose=Purpose.MARKETING, text=TEXT, actor=actor)
    known = set(Consent.objects.values_list("customer_id", flat=True))
    chance = random.Random("answers")
    for customer in people:
        said = chance.random()
        channel = Channel.WECOM if chance.random() < 0.4 else Channel.SMS
        if customer.pk not in known:
            consents.record(
                customer_id=customer.pk, channel=channel, is_given=said < 0.85,
                purpose=Purpose.MARKETING if said < 0.95 else Purpose.PROFILING,
                at=clock.now() - timedelta(days=chance.randint(1, 300)), evidence="入会时勾选", actor=actor,
            )  # fmt: skip


def _tags(actor: Actor) -> dict[str, Tag]:
    known = {tag.name: tag for tag in Tag.objects.filter(archived_at__isnull=True)}
    for name, colour, is_exclusive, members in TAGS:
        group = TagGroup.objects.filter(name=name, archived_at__isnull=True).first() or tags.create_group(
            name=name, colour=colour, is_exclusive=is_exclusive, actor=actor
        )
        for tag, rule in members:
            if tag not in known:
                known[tag] = tags.create(group_id=group.pk, name=tag, rule=rule, actor=actor)
    return known


def _told(people: list[Customer], known: dict[str, Tag], actor: Actor) -> None:
    tagged = set(Tagging.objects.values_list("customer_id", flat=True))
    for number, customer in enumerate(people):
        name, evidence = TOLD[number % len(TOLD)]
        if customer.pk not in tagged:
            tags.give(customer=customer, tag_id=known[name].pk, evidence=evidence, actor=actor)


def _lives(people: list[Customer], actor: Actor) -> None:
    chance = random.Random("lives told")
    year = clock.now().year

    def day(calendar: str, first: int, last: int) -> lunar.YearlyDay:
        return lunar.YearlyDay(
            calendar, year - chance.randint(first, last), chance.randint(1, 12), chance.randint(1, 28)
        )

    stories: tuple[tuple[str, Callable[[], tags.LifeValues], str], ...] = (
        ("child", lambda: tags.LifeValues(name="小满", detail="girl", on=day("solar", 2, 9)), "订生日蛋糕时说的"),
        ("child", lambda: tags.LifeValues(name="麦麦", detail="boy", on=day("solar", 1, 7)), "亲子烘焙课报名表"),
        ("birthday", lambda: tags.LifeValues(on=day("lunar", 25, 60)), "入会时填写，过农历生日"),
        ("pet", lambda: tags.LifeValues(name="汤圆", detail="cat"), "企微聊天里发过照片"),
        ("diet", lambda: tags.LifeValues(detail="low_sugar"), "导购在店里听说"),
        ("anniversary", lambda: tags.LifeValues(name="结婚", on=day("solar", 1, 20)), "连续两年同一天订蛋糕"),
    )
    known = set(LifeFact.objects.values_list("customer_id", flat=True))
    for number, customer in enumerate(people):
        kind, values, evidence = stories[number % len(stories)]
        if customer.pk not in known:
            tags.record_life(customer=customer, kind=kind, values=values(), evidence=evidence, actor=actor)


def _run_over_segment(actor: Actor) -> int | None:
    """Members of the first segment get a tag; the run shows on the tags page and can be undone there."""
    segment = Segment.objects.order_by("pk").first()
    if segment is None or TaggingRun.objects.exists():
        return None
    group = TagGroup.objects.get(name="服务提醒", archived_at__isnull=True)
    tag = Tag.objects.filter(name="双十一唤回名单").first() or tags.create(
        group_id=group.pk, name="双十一唤回名单", keep_days=60, actor=actor
    )
    return tags.start(tag_id=tag.pk, segment_id=segment.pk, reason="双十一唤回", actor=actor).pk
