"""The columns, in Chinese and in English; a file may have them in any order and leave out all but the first few."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from yutang.areas.catalog.models import Product
from yutang.areas.imports import headers


@dataclass(frozen=True)
class Column:
    name: str
    zh: str
    en: str
    is_text: bool = True  # else a number in the exported workbook

    @property
    def label(self) -> str:
        return self.zh if is_chinese() else self.en


COLUMNS = (
    Column("code", "商品编码", "Product code"),
    Column("name", "商品名称", "Name"),
    Column("subtitle", "副标题", "Subtitle"),
    Column("kind", "商品类型", "Kind"),
    Column("category", "商品分类", "Category"),  # 蛋糕 / 生日蛋糕
    Column("tags", "标签", "Tags"),  # 生日,新品
    Column("specification", "规格", "Specification"),  # 尺寸:6寸;口味:原味
    Column("sku_code", "规格编码", "SKU code"),
    Column("barcode", "条码", "Barcode"),
    Column("price", "售价", "Price", is_text=False),
    Column("list_price", "划线价", "List price", is_text=False),
    Column("cost", "成本价", "Cost", is_text=False),
    Column("weight", "重量(克)", "Weight (g)", is_text=False),
    Column("is_active", "启用", "Active"),
    Column("state", "状态", "State"),
    Column("position", "排序", "Position", is_text=False),
    Column("is_delivered", "可快递", "Delivered"),
    Column("is_picked_up", "可自提", "Picked up"),
    Column("freight", "运费模板", "Freight template"),
    Column("description", "图文详情", "Description"),
)
REQUIRED = ("code", "sku_code")
BY_NAME = {column.name: column for column in COLUMNS}
BY_HEADER = {headers.key(header): column.name for column in COLUMNS for header in (column.zh, column.en)}

# (Chinese, English); a file may say either.
KINDS: dict[str, tuple[str, str]] = {
    Product.Kind.GOODS: ("实物商品", "goods"), Product.Kind.SERVICE: ("服务/预约", "service"),
    Product.Kind.VIRTUAL: ("虚拟卡密", "virtual code"), Product.Kind.GIFT_CARD: ("礼品卡", "gift card"),
}  # fmt: skip
STATES: dict[str, tuple[str, str]] = {
    Product.State.DRAFT: ("草稿", "draft"), Product.State.ON_SALE: ("出售中", "on sale"),
    Product.State.OFF_SALE: ("仓库中", "off sale"), Product.State.REMOVED: ("回收站", "recycle bin"),
}  # fmt: skip
YES_NO = {True: ("是", "yes"), False: ("否", "no")}


def is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def word(words: tuple[str, str]) -> str:
    return words[0 if is_chinese() else 1]
