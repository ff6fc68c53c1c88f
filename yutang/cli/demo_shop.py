"""The demo brand's shop: what it sells, with pictures, what lies in its stores, and where these deliver."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog import services
from yutang.areas.catalog.models import Category, FreightTemplate, Product
from yutang.areas.catalog.services import ProductDraft, SkuDraft
from yutang.areas.inventory import queries as inventory
from yutang.areas.inventory import services as stock
from yutang.areas.inventory.models import StockMove
from yutang.areas.inventory.services import Move
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_local
from yutang.areas.orders import services as orders
from yutang.areas.orders.services import District
from yutang.core import tenancy
from yutang.simulators import brand
from yutang.simulators.brand import pictures

if TYPE_CHECKING:
    from yutang.core.access import Actor
    from yutang.simulators.brand.truth import Product as Baked

# category of the story → name, position, what one piece weighs (g), whether it may be sent by post, what it says
_CATEGORIES = {
    "cake": ("生日蛋糕", 90, 1200, False, "动物奶油当日现做，提前两小时下单"),
    "slice": ("切件甜点", 80, 180, False, "一人份的小确幸"),
    "bread": ("现烤面包", 70, 120, False, "每天三炉，出炉就上架"),
    "toast": ("吐司", 60, 450, False, "长时间低温发酵，撕着吃最香"),
    "drink": ("咖啡饮品", 50, 450, False, "下单后现做，到店即取"),
    "pack": ("饼干点心", 40, 350, True, "独立包装，满 99 元包邮"),
    "gift": ("伴手礼", 30, 900, True, "体面的伴手礼"),
    "mooncake": ("中秋月饼", 25, 800, True, "中秋限定"),
    "zongzi": ("端午粽子", 20, 900, True, "端午限定"),
    "newyear": ("新年年货", 15, 1000, True, "年货节限定"),
    "extra": ("配件与体验", 10, 100, True, "给生日加一点仪式感"),
}
_SIZES = {"cake": "尺寸", "toast": "规格", "drink": "杯型"}
_TEXT = (
    "<p>{subtitle}。</p><p>谷汀麦作坚持用新西兰黄油与日清面粉，低糖配方，不添加防腐剂。</p>"
    "<p>收到后请冷藏，并在保质期内享用。</p>"
)
_ON_HAND = {"cake": 12, "slice": 20, "drink": 200, "extra": 100}  # pieces in each store; of the rest 40
# Product → in the first stores so many should always lie there. Some cakes and gifts are short, breads are not.
_SAFETY = {"P017": 15, "P018": 16, "P025": 24, "P002": 20, "P013": 15}
_WATCHED = 4  # stores
_LOCAL = {  # store → the districts that its courier reaches
    "GT001": ("静安区", "黄浦区", "普陀区"), "GT002": ("徐汇区", "长宁区", "闵行区"), "GT003": ("浦东新区",),
    "GT005": ("西湖区", "拱墅区", "上城区"),
}  # fmt: skip


def load(truth: brand.Truth, actor: Actor) -> None:
    """Repeats nothing: a load broken off goes on where it was."""
    with tenancy.scope(actor.merchant_id):
        categories = _categories(actor)
        _freight(actor)
    for position, product in enumerate(reversed(truth.products)):
        with tenancy.scope(actor.merchant_id):
            if not catalog.products_by_code([product.code]):
                _product(product, position, categories[product.category], actor)
    with tenancy.scope(actor.merchant_id):
        _stock(truth, actor)
        _safety(truth, actor)
        _local(truth, actor)


def category_ids() -> dict[str, int]:
    """Category of the story → the product's."""
    known = {branch.category.name: branch.category.pk for branch in catalog.categories()}
    return {key: known[name] for key, (name, *_) in _CATEGORIES.items() if name in known}


def _categories(actor: Actor) -> dict[str, Category]:
    known = {branch.category.name: branch.category for branch in catalog.categories()}
    return {
        key: known.get(name) or services.save_category(name=name, position=-position, actor=actor)
        for key, (name, position, *_) in _CATEGORIES.items()
    }


def _freight(actor: Actor) -> None:
    if not catalog.freight_templates():
        services.save_freight_template(
            name="全国快递", basis=FreightTemplate.Basis.WEIGHT, is_default=True, actor=actor,
            rows=[
                catalog.FreightRow(first=1000, first_fee=800, further=1000, further_fee=200, free_from=9_900),
                catalog.FreightRow(
                    provinces=("新疆维吾尔自治区", "西藏自治区"), first=1000, first_fee=1800, further=1000,
                    further_fee=1200,
                ),
            ],
        )  # fmt: skip


def _product(product: Baked, position: int, category: Category, actor: Actor) -> None:
    _, shelf, weight, is_delivered, subtitle = _CATEGORIES[product.category]
    specification = _SIZES.get(product.category, "规格")
    several = len(product.variants) > 1
    made = services.save_product(
        draft=ProductDraft(
            code=product.code, name=product.title, subtitle=subtitle, category_id=category.pk,
            position=shelf * 100 + position, description=_TEXT.format(subtitle=subtitle), is_delivered=is_delivered,
            specifications={specification: [one.spec for one in product.variants]} if several else {},
            skus=[
                SkuDraft(
                    code=one.sku, price=one.price, values=(one.spec,) if several else (),
                    weight=round(weight * one.price / product.variants[0].price), cost=one.price * 2 // 5,
                )
                for one in product.variants
            ],
        ),
        actor=actor,
    )  # fmt: skip
    services.add_picture(product_id=made.pk, content=io.BytesIO(pictures.draw(product)), alt=product.title, actor=actor)
    services.set_state(product_ids=[made.pk], state=Product.State.ON_SALE, actor=actor)


def _stock(truth: brand.Truth, actor: Actor) -> None:
    """In every store what it bakes; what is sent by post lies at headquarters."""
    nodes = merchants.nodes_by_code()
    stores = [nodes[store.code] for store in truth.stores if store.code in nodes]
    root = merchants.root_node().pk
    found = catalog.products_by_code(product.code for product in truth.products)
    category = {product.code: product.category for product in truth.products}
    moves = [
        Move(sku.pk, node_id, 500 if node_id == root else _ON_HAND.get(category[product.code], 40))
        for skus in (catalog.skus_of(row.pk for row in found.values()),)
        for product in found.values()
        for sku in skus[product.pk]
        for node_id in ([*stores, root] if product.is_delivered else stores)
    ]
    for start in range(0, len(moves), 500):
        stock.move(moves=moves[start : start + 500], kind=StockMove.Kind.RECEIPT, key="demo", actor=actor)


def _safety(truth: brand.Truth, actor: Actor) -> None:
    codes = merchants.nodes_by_code()
    nodes = [codes[store.code] for store in truth.stores[:_WATCHED]]
    found = catalog.products_by_code(_SAFETY)
    skus = catalog.skus_of(row.pk for row in found.values())
    wanted = {skus[product.pk][0].pk: _SAFETY[code] for code, product in found.items()}
    for item in inventory.items(actor, node_ids=nodes, sku_ids=wanted).filter(safety=0):
        stock.set_safety(sku_id=item.sku_id, node_id=item.node_id, safety=wanted[item.sku_id], actor=actor)


def _local(truth: brand.Truth, actor: Actor) -> None:
    nodes = merchants.nodes_by_code()
    for store in truth.stores:
        districts = [
            District(store.province, store.city, name, fee=800, free_from=15_000, least=5_000)
            for name in _LOCAL.get(store.code, ())
        ]
        if districts and not queries_local.fees(nodes[store.code]):
            orders.save_local(
                node_id=nodes[store.code], delivers=True, lead_minutes=90, districts=districts, actor=actor
            )  # fmt: skip
