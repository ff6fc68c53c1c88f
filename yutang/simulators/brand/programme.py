"""What the brand promises its members: points, check-in, tasks, levels, cards, recharges, coupons, what may be
exchanged and booked. Money in 分, shares in hundredths of a percent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# -- points --------------------------------------------------------------------------------------------------------

POINTS_LIVE = 180  # days after the day on which they are given
POINTS_PER_YUAN = 1
POINTS = {"check_in": 5, "review": 20, "share": 3, "profile": 50}
POINTS_WORTH = 1  # so many pay 0.01 yuan
MOST_BY_POINTS = 50  # percent of the goods
APPROVED_FROM = 1_000  # a change by hand of so many waits for a second person
CHECK_IN_CYCLE = 7
CHECK_IN_STEPS = {3: 10, 7: 30}  # day of the cycle → points besides
MONTHLY_ORDERS, MONTHLY_ORDERS_GIVE = 3, 50  # a task: so many orders in a calendar month
TASKS = (  # deed, title, how often, in which period, points
    ("profile", "完善生日和口味偏好", 1, "once", 100),
    ("purchase", "当月下单满 3 次", MONTHLY_ORDERS, "month", MONTHLY_ORDERS_GIVE),
    ("check_in", "当月签到满 20 天", 20, "month", 88),
)


@dataclass(frozen=True)
class Offer:
    """In the exchange shop: a coupon, or balance as a gift."""

    key: str
    title: str
    text: str
    points: int
    stock: int
    coupon: str = ""
    balance: int = 0


OFFERS = (
    Offer("freight", "免邮券", "全国快递免邮一次", 100, 500, coupon="freight"),
    Offer("drink", "9.9 元饮品券", "任选一杯中杯饮品", 300, 200, coupon="drink"),
    Offer("balance", "5 元储值金", "直接存入余额，门店和商城都能用", 500, 100, balance=500),
)


# -- levels and cards ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Level:
    """`keep`: growth of the last `KEEP_MONTHS` that keeps it; `coupons`: given every month."""

    key: str
    name: str
    threshold: int
    keep: int | None
    colour: str
    icon: str
    points_percent: int = 100
    free_freight_from: int | None = None
    coupons: Sequence[str] = ()
    birthday: Sequence[str] = ()
    is_vip: bool = False


YUAN_PER_GROWTH = 1
REVIEW_GROWTH = 10
KEEP_MONTHS, GRACE_DAYS = 6, 30
LEVELS = (
    Level("malt", "麦芽", 0, None, "green", "fish"),
    Level("ear", "麦穗", 200, 100, "yellow", "star", free_freight_from=5_900, birthday=["birthday"]),
    Level("field", "麦田", 800, 300, "orange", "heart", 120, 3_900, birthday=["birthday"]),
    Level("gold", "金麦", 2_000, 800, "dark", "crown", 150, 0, ["drink"], ["birthday", "drink"], is_vip=True),
)


@dataclass(frozen=True)
class CardPlan:
    key: str
    name: str
    months: int
    price: int
    free_freights: int
    points_percent: int
    coupons: Sequence[str]


CARDS = (
    CardPlan("month", "麦粒月卡", 1, 1_990, 2, 100, ["drink"]),
    CardPlan("year", "麦粒年卡", 12, 16_800, 4, 150, ["drink", "freight"]),
)
RENEWED_WITHIN = 30  # days after a card's end


# -- stored value --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RechargePlan:
    """`gift_days`: how long the gift lives; None: for good."""

    key: str
    name: str
    amount: int
    gift: int
    gift_days: int | None = None


RECHARGES = (
    RechargePlan("300", "充 300 送 30", 30_000, 3_000, 60),
    RechargePlan("500", "充 500 送 60", 50_000, 6_000),
    RechargePlan("1000", "充 1000 送 150", 100_000, 15_000),
)


# -- coupons -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coupon:
    """`value`: amount or percent off, or what a piece costs; `category`: of goods; "": all of them."""

    key: str
    name: str
    kind: str
    value: int = 0
    ceiling: int | None = None
    threshold: int = 0
    category: str = ""
    valid_days: int = 30
    per_person: int | None = 1
    total: int | None = None
    budget: int | None = None
    is_claimable: bool = False
    is_giftable: bool = False


COUPONS = (
    Coupon("new", "新客满 50 减 10", "amount", 1_000, threshold=5_000, total=2_000, is_claimable=True),
    Coupon("bread", "现烤面包 85 折券", "percent", 15, 2_000, category="bread", valid_days=14, per_person=3,
           budget=400_000, is_claimable=True, is_giftable=True),
    Coupon("drink", "9.9 元饮品兑换券", "exchange", 990, category="drink", per_person=None),
    Coupon("freight", "快递免邮券", "freight", per_person=None),
    Coupon("birthday", "生日满 100 减 30", "amount", 3_000, threshold=10_000),
    Coupon("recall", "好久不见满 80 减 20", "amount", 2_000, threshold=8_000, valid_days=21),
    Coupon("paper", "门店扫码满 39 减 6", "amount", 600, threshold=3_900, valid_days=45),
)  # fmt: skip


# -- what is booked ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Experience:
    """`pictured`: the product on its picture; `begins`: minutes of the day, every day."""

    key: str
    title: str
    text: str
    room: str
    price: int
    minutes: int
    capacity: int
    party: int
    begins: Sequence[int]
    pictured: str
    is_vip: bool = False


EXPERIENCES = (
    Experience(
        "baking", "亲子烘焙课 · 小熊饼干", "一大一小一起揉面、压模、装饰，成品装盒带走。适合 4 岁以上。", "烘焙教室",
        9_800, 90, 6, 3, [600, 840], "P035",
    ),
    Experience(
        "tasting", "咖啡品鉴会", "店长手冲三支单品豆，配当日可颂。", "吧台长桌", 0, 60, 8, 2, [900, 1140], "P030",
    ),
    Experience(
        "salon", "金麦下午茶沙龙", "新品抢先尝，每场只有八席，仅限麦田会客厅的客人。", "会客厅", 0, 120, 8, 2, [870],
        "P058", is_vip=True,
    ),
)  # fmt: skip
FREE_UNTIL, LATE_BACK = 24, 50  # hours before it begins; percent of the price that goes back later
HUB = ("麦田会客厅", "每月一场新品品鉴、专属店长微信、生日蛋糕优先排期。")
SALON_SEGMENT = "千元客户"

# -- between the stores --------------------------------------------------------------------------------------------

STORE_SHARE, GIFT_SHARE = 8_500, 5_000
SUPPLIER = ("海宁曲奇工坊", "pack", 4_500)
