"""What goes into a basket: by channel, season and occasion."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from .catalogue import make_products, plain_text, platform_product_code
from .money import allocate
from .story import season
from .truth import Line, Product, Variant

_LINES = {  # weights of 1, 2, 3, … lines
    "pos": (24, 33, 24, 13, 6),
    "youzan": (30, 34, 22, 10, 4),
    "taobao": (38, 31, 20, 8, 3),
    "jd": (50, 31, 14, 5),
    "pinduoduo": (1,),
    "douyin": (56, 30, 14),
    "weixin_shop": (48, 32, 20),
    "shopify": (30, 35, 25, 10),
}
_TASTE = {  # weights of categories outside the season
    "pos": {"bread": 42, "toast": 10, "cake": 7, "slice": 15, "drink": 18, "pack": 7, "gift": 1, "extra": 2},
    "youzan": {"cake": 18, "bread": 18, "toast": 10, "slice": 10, "pack": 30, "gift": 10, "extra": 4},
    "": {"pack": 86, "gift": 14},
    "shopify": {"gift": 70, "pack": 30},
}
_SEASONAL_SHARE = {"pos": 0.22, "youzan": 0.45, "shopify": 0.6}


@dataclass(frozen=True, slots=True)
class Pick:
    product: Product
    variant: Variant
    quantity: int
    price: int


class Baskets:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.products = make_products()
        self._by_category: dict[str, list[Product]] = {}
        for product in self.products:
            self._by_category.setdefault(product.category, []).append(product)
        self._plain = {product.code: plain_text(product.long_title) for product in self.products}

    def pick(self, channel: str, day: date, occasion: str, *, is_far: bool) -> list[Pick]:
        """`is_far`: no branch nearby, so nothing fresh."""
        rng = self._rng
        weights = _LINES[channel]
        wanted = rng.choices(range(1, len(weights) + 1), weights)[0]
        now = season(day)
        taste = _TASTE.get("" if is_far and channel == "youzan" else channel, _TASTE[""])
        names, shares = list(taste), list(taste.values())
        picks: list[Pick] = []
        taken: set[str] = set()
        if occasion == "birthday":
            cake = rng.choice(self._by_category["cake"])
            variant = rng.choices(cake.variants, (6, 3, 1))[0]
            picks.append(Pick(cake, variant, 1, variant.price))
            taken.add(variant.sku)
            candles = next(p for p in self.products if p.title == "生日蜡烛套装")
            picks.append(Pick(candles, candles.variants[0], 1, 0))  # free with every cake
            taken.add(candles.variants[0].sku)
            wanted = min(wanted, 2)
        while wanted > 0:
            category = rng.choices(names, shares)[0]
            if now and rng.random() < _SEASONAL_SHARE.get(channel, 0.5):
                category = now
            products = self._by_category[category]
            product = products[int(len(products) * rng.random() ** 1.5)]
            variant = product.variants[int(len(product.variants) * rng.random() ** 1.6)]
            wanted -= 1
            if variant.sku in taken:
                continue
            taken.add(variant.sku)
            quantity = rng.choices((1, 2, 3, 4), (76, 17, 5, 2))[0]
            if category == now and rng.random() < 0.012:
                quantity = rng.choice((10, 20, 30, 50))  # a company buying for its people
            picks.append(Pick(product, variant, quantity, variant.price))
        return picks

    def price(self, channel: str, picks: list[Pick], *, is_staff: bool) -> int:
        """What is paid for the goods, 分: list price less coupons, codes or the staff price."""
        rng = self._rng
        listed = sum(pick.price * pick.quantity for pick in picks)
        if is_staff:
            return listed // 2
        if channel == "pos" and rng.random() < 0.003:
            return 0  # points redeemed for everything
        draw = rng.random()
        if draw < 0.5:
            return listed
        if draw < 0.78:
            off = next(
                (off for floor, off in ((30000, 5000), (15000, 2000), (8000, 800), (3000, 300)) if listed >= floor), 0
            )
            return listed - off
        factor = rng.choice((95, 90, 88, 85))
        return (listed * factor + 50) // 100

    def lines(self, layout: str, order_no: str, picks: list[Pick], paid: int) -> tuple[Line, ...]:
        """The printed lines; `paid` is shared out by price x quantity."""
        amounts = allocate(paid, [pick.price * pick.quantity for pick in picks])
        channel = layout.partition("_")[0] if layout.startswith("taobao") else layout
        lines = []
        for place, (pick, amount) in enumerate(zip(picks, amounts, strict=True), start=1):
            title, spec = self._words(channel, pick)
            key = str(place)
            if layout in {"taobao_new", "douyin"}:
                key = order_no if len(picks) == 1 else str(int(order_no) + place)
            code = None
            if layout in {"taobao_new", "jd", "pinduoduo", "douyin", "weixin_shop"}:
                code = platform_product_code(channel, pick.product)
            lines.append(
                Line(key, pick.product.code, code, pick.variant.sku, title, spec, pick.quantity, pick.price, amount)
            )
        return tuple(lines)

    def _words(self, channel: str, pick: Pick) -> tuple[str, str]:
        """Title and spec as this channel prints them."""
        product, spec = pick.product, pick.variant.spec
        if channel in {"pos", "youzan"}:
            return product.title, spec
        if channel == "shopify":
            return f"{product.title} Gift Set - {spec}", ""
        if channel == "jd":
            return f"{self._plain[product.code]} {spec}", ""
        if channel == "taobao":
            return product.long_title, f"口味规格：{spec}"
        return product.long_title, spec
