"""What the brand's own shop sells in its last days: told through the product's services, since no file knows of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from .truth import Person, Product, Truth

POST, STORE = "delivery", "pickup"


@dataclass(frozen=True)
class Said:
    """A review: stars, words, how many pictures, and the answer."""

    stars: int
    text: str = ""
    pictures: int = 0
    reply: str = ""
    is_anonymous: bool = True


@dataclass(frozen=True)
class Asked:
    """A case. `then`: what happened, as far as it went."""

    kind: str
    reason: str
    text: str
    pictures: int = 0
    pieces: int = 1  # of the first item
    then: Sequence[str] = ()
    offer: int | None = None


@dataclass(frozen=True)
class Billed:
    """An invoice asked for, by a company when it has a tax number; whether it was issued before anything went back."""

    title: str
    tax_no: str = ""
    is_issued: bool = False


@dataclass(frozen=True)
class Story:
    """`hours` ago; goods of these categories of the story, one or several pieces each; how far it came."""

    hours: float
    goods: Sequence[tuple[str, int]]
    way: str = POST
    until: str = "done"  # placed, paid, shipped, done
    said: Said | None = None
    asked: Asked | None = None
    refunded: int = 0  # pieces of the first item that the shop gave back by itself
    note: str = ""
    billed: Billed | None = None


STORIES = (
    Story(0.1, [("cake", 1)], STORE, "placed", note="写“祝妈妈生日快乐”"),
    Story(0.2, [("pack", 2)], POST, "placed"),
    Story(2, [("pack", 3), ("gift", 1)], POST, "paid", note="送人的，请附手提袋", billed=Billed("个人")),
    Story(5, [("gift", 2)], POST, "paid", billed=Billed("杭州云栖茶业有限公司", "91330110MA2KC6N82W")),
    Story(3, [("cake", 1)], STORE, "paid", note="蜡烛要数字 6"),
    Story(6, [("slice", 2), ("drink", 2)], STORE, "paid"),
    Story(30, [("pack", 4)], POST, "shipped"),
    Story(52, [("gift", 1), ("pack", 1)], POST, "shipped", billed=Billed("个人", is_issued=True)),
    Story(28, [("cake", 1)], STORE, said=Said(
        5, "奶油很轻盈，孩子吃了两大块。提前两小时下单，到店就能拿。", 2, "谢谢您，祝小朋友生日快乐！",
    )),
    Story(49, [("cake", 1)], STORE, said=Said(
        4, "味道没得说，就是到店等了十分钟。", 0, "抱歉让您久等，我们已经调整了下午的备货。", is_anonymous=False,
    )),
    Story(55, [("slice", 3)], STORE, said=Said(5, "下午茶标配", 1)),
    Story(74, [("bread", 4)], STORE, said=Said(5, "刚出炉的，外脆里软。", 1, is_anonymous=False)),
    Story(76, [("toast", 1)], STORE, said=Said(5, "撕着吃停不下来，明天再来。")),
    Story(98, [("pack", 3)], POST, said=Said(
        3, "口感不错，快递盒压扁了一角。", 1, "给您添麻烦了，已换成加厚外箱，也给您补了一盒。",
    )),
    Story(120, [("gift", 1)], POST, said=Said(5, "送客户很体面，包装没有压坏。", 1, is_anonymous=False), billed=Billed(
        "上海汀洲文化传播有限公司", "91310106MA1FY7Q311", is_issued=True,
    )),
    Story(122, [("bread", 2), ("drink", 1)], STORE),
    Story(101, [("pack", 2)], POST),
    Story(33, [("slice", 4)], STORE, refunded=1, billed=Billed("个人", is_issued=True)),
    Story(8, [("pack", 2)], POST, "paid", asked=Asked(
        "refund_only", "wrong_choice", "拍错口味了，想重新下单", pieces=2, then=["agree"],
    )),
    Story(26, [("gift", 1)], POST, "paid", asked=Asked("refund_only", "unwanted", "家里人已经买了")),
    Story(70, [("pack", 2)], POST, asked=Asked("return_refund", "damaged", "收到时两盒都碎了", 2, pieces=2)),
    Story(90, [("gift", 1)], POST, asked=Asked("return_refund", "unwanted", "没拆封，想退掉", then=["agree"])),
    Story(110, [("pack", 3)], POST, asked=Asked(
        "return_refund", "quality", "有一盒受潮了", 1, then=["agree", "send_back"],
    )),
    Story(130, [("gift", 2)], POST, asked=Asked(
        "return_refund", "not_as_described", "颜色和图上不一样", then=["agree", "send_back", "receive"],
    )),
    Story(60, [("slice", 2)], STORE, asked=Asked(
        "refund_only", "quality", "有一块切面塌了", 1, then=["refuse"], offer=500,
    )),
    Story(96, [("pack", 4)], POST, asked=Asked(
        "refund_only", "missing", "订了四盒只收到三盒", 1, then=["refuse", "escalate", "evidence"],
    )),
    Story(104, [("pack", 1)], POST, asked=Asked("exchange", "damaged", "外盒破了，想换一盒", 1, then=["agree"])),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A story with its people and goods. `store`: where goods are fetched."""

    key: str
    story: Story
    person: Person
    store: str
    goods: list[tuple[Product, int]]


def stories(truth: Truth) -> list[Told]:
    """The same brand tells the same. Buyers are people whose phone the files have told: the shop makes nobody up."""
    chance = random.Random(f"{truth.seed}/shop")
    told = {value for order in truth.orders for kind, value in order.identifiers if kind == "phone"}
    known = [one for one in truth.people if one.phone in told and one.household_no is None and one.country == "CN"]
    by_category: dict[str, list[Product]] = {}
    for product in truth.products:
        by_category.setdefault(product.category, []).append(product)
    return [
        Told(
            key=f"demo-{number}", story=story, person=person, store=person.home_store or truth.stores[0].code,
            goods=[(chance.choice(by_category[category]), pieces) for category, pieces in story.goods],
        )
        for number, (story, person) in enumerate(zip(STORIES, chance.sample(known, len(STORIES)), strict=True))
    ]  # fmt: skip
