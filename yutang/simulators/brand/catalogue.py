"""About sixty products, their variants and their titles on each kind of channel."""

from __future__ import annotations

from .truth import Product, Variant

# category: (variants as (suffix, spec, price factor)), fresh goods are sold by tills and the own shop only
_BREAD = (("1", "单个", 1.0), ("4", "4个装", 3.7))
_TOAST = (("S", "半条 220g", 0.55), ("L", "整条 450g", 1.0))
_CAKE = (("6", "6寸 适合2-4人", 1.0), ("8", "8寸 适合5-8人", 1.48), ("10", "10寸 适合8-12人", 2.1))
_SLICE = (("1", "切件", 1.0),)
_DRINK = (("M", "中杯 热", 1.0), ("I", "中杯 冰", 1.0), ("L", "大杯 冰", 1.2))
_PACK = (("1", "1盒", 1.0), ("3", "3盒装【囤货更划算】", 2.8))
_BOX = (("S", "经典款 6枚", 1.0), ("L", "典藏款 10枚", 1.62))
_CARD = (("1", "1份", 1.0),)

_CATALOGUE = (
    ("bread", _BREAD, "海盐卷", 8.8),
    ("bread", _BREAD, "可颂 AOP 黄油", 16.0),
    ("bread", _BREAD, "肉松小贝", 12.5),
    ("bread", _BREAD, "红豆面包", 9.9),
    ("bread", _BREAD, "冰菠萝包", 11.0),
    ("bread", _BREAD, "蒜香法棍", 18.0),
    ("bread", _BREAD, "芝士贝果", 13.8),
    ("bread", _BREAD, "全麦核桃欧包", 26.0),
    ("bread", _BREAD, "芋泥麻薯软欧", 19.9),
    ("bread", _BREAD, "巧克力丹麦卷", 15.5),
    ("bread", _BREAD, "火腿芝士三明治", 17.0),
    ("bread", _BREAD, "爆浆流心蛋挞", 7.5),
    ("toast", _TOAST, "北海道牛乳吐司", 29.0),
    ("toast", _TOAST, "生吐司", 36.0),
    ("toast", _TOAST, "黑麦低糖吐司", 32.0),
    ("toast", _TOAST, "肉桂葡萄吐司", 34.5),
    ("cake", _CAKE, "草莓奶油蛋糕", 198.0),
    ("cake", _CAKE, "生日快乐·星空巧克力蛋糕", 228.0),
    ("cake", _CAKE, "芒果千层", 188.0),
    ("cake", _CAKE, "抹茶慕斯蛋糕", 218.0),
    ("cake", _CAKE, "童趣小熊蛋糕", 248.0),
    ("cake", _CAKE, "寿桃祝寿蛋糕", 268.0),
    ("cake", _CAKE, "巴斯克芝士蛋糕", 168.0),
    ("cake", _CAKE, "黑森林", 208.0),
    ("slice", _SLICE, "提拉米苏切件", 28.0),
    ("slice", _SLICE, "栗子蒙布朗", 32.0),
    ("slice", _SLICE, "柠檬挞", 25.0),
    ("slice", _SLICE, "豆乳盒子", 23.8),
    ("slice", _SLICE, "泡芙(4只)", 22.0),
    ("drink", _DRINK, "拿铁", 22.0),
    ("drink", _DRINK, "冷萃咖啡", 24.0),
    ("drink", _DRINK, "燕麦奶茶", 19.0),
    ("drink", _DRINK, "热可可", 21.0),
    ("drink", _DRINK, "鲜榨橙汁", 18.0),
    ("pack", _PACK, "曲奇饼干 黄油原味", 39.9),
    ("pack", _PACK, "蔓越莓曲奇", 42.9),
    ("pack", _PACK, "蛋黄酥", 49.8),
    ("pack", _PACK, "手工雪花酥", 36.8),
    ("pack", _PACK, "凤梨酥", 45.0),
    ("pack", _PACK, "杏仁瓦片", 33.5),
    ("pack", _PACK, "牛轧糖", 29.9),
    ("pack", _PACK, "沙琪玛", 25.9),
    ("pack", _PACK, "海苔肉松卷", 31.8),
    ("pack", _PACK, "每日坚果麦片", 59.0),
    ("pack", _PACK, "云朵吐司早餐箱", 46.6),
    ("pack", _PACK, "无蔗糖全麦饼", 27.7),
    ("pack", _PACK, "麻薯鲜花饼", 38.3),
    ("mooncake", _BOX, "流心奶黄月饼礼盒", 168.0),
    ("mooncake", _BOX, "广式双黄莲蓉月饼礼盒", 198.0),
    ("mooncake", _BOX, "苏式鲜肉月饼", 88.0),
    ("mooncake", _BOX, "冰皮月饼 芒果", 128.0),
    ("zongzi", _BOX, "蛋黄鲜肉粽礼盒", 98.0),
    ("zongzi", _BOX, "豆沙蜜枣粽", 68.0),
    ("newyear", _BOX, "新年礼盒·麦穗有余", 188.0),
    ("newyear", _BOX, "坚果酥饼年货礼盒", 138.0),
    ("newyear", _BOX, "八宝年糕", 58.0),
    ("gift", _BOX, "伴手礼盒", 118.0),
    ("gift", _BOX, "下午茶礼盒", 156.0),
    ("gift", _BOX, "满月喜饼礼盒", 136.0),
    ("extra", _CARD, "生日蜡烛套装", 5.0),
    ("extra", _CARD, "保温袋", 3.5),
    ("extra", _CARD, "烘焙体验课", 199.0),
)

# Marketplace titles are long, noisy and not always kind to a CSV reader; strict GBK platforms get no emoji.
_NOISE = (
    "谷汀麦作{t}手工烘焙网红零食小吃早餐休闲食品送礼整箱批发",
    "【次日达】谷汀麦作 {t} 当日现烤,顺丰包邮",
    "谷汀麦作{t}“老字号”味道 下午茶点心　独立包装",
    '{t} 12"大包装 办公室零食, 礼盒装/伴手礼',
    "谷汀麦作｜{t}｜低糖配方（０添加防腐剂）孕妇儿童可食",
    "{t}🍞谷汀麦作现烤❤️买二送一",
    "谷汀麦作 {t}; 传统糕点 & 怀旧零食 'old time' 口味",
)


def make_products() -> tuple[Product, ...]:
    products = []
    for number, (category, variants, title, yuan) in enumerate(_CATALOGUE, start=1):
        code = f"P{number:03d}"
        products.append(
            Product(
                code=code,
                title=title,
                long_title=_NOISE[number % len(_NOISE)].format(t=title),
                category=category,
                variants=tuple(
                    Variant(f"{code}-{suffix}", spec, round(yuan * factor * 10) * 10)
                    for suffix, spec, factor in variants
                ),
            )
        )
    return tuple(products)


def platform_product_code(channel: str, product: Product) -> str:
    """The number a platform gave this product."""
    base = {"taobao": 627700000000, "jd": 100021000000, "pinduoduo": 318800000000, "douyin": 3560000000000000000}
    return str(base.get(channel, 10000090000000) + int(product.code[1:]) * 1709 + 11)


def plain_text(text: str) -> str:
    """The text without what strict GBK cannot hold."""
    return text.encode("gbk", "ignore").decode("gbk")
