"""Twenty thousand people: who they are, where they live, how often and where they buy, who brought whom."""

from __future__ import annotations

import bisect
import random
from dataclasses import dataclass
from datetime import date, timedelta

from .story import OTHER_CITIES, OVERSEAS
from .truth import Household, Identifier, Store


def _words(text: str) -> list[str]:
    return text.split()


FAMILY_NAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任沈姚卢姜崔钟谭陆汪范廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺"
)
_COMPOUND = ("欧阳", "司马", "上官", "诸葛")
GIVEN_CHARACTERS = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅鑫波斌宇浩凯健俊"
    "帆雪琳晨阳欣怡梓涵子轩雨桐诗语思远若曦佳慧嘉豪一鸣文博晓彤梦洁"
)
_NICK = _words(
    "麦子 小面包 汤圆 豆豆 橘猫 晴天 可颂 阿布 小鹿 星星 奶盖 松鼠 云朵 "
    "芝士控 吃货 Lily Kevin Coco Momo 向日葵 布丁 糯米"
)
_WORDS = _words("happy sunny bread momo coco lucky star moon kiki lulu bobo summer fish panda mango")
_STREETS = _words("人民路 中山路 建设路 解放路 新华路 文化路 和平路 学府路 滨河路 朝阳街 幸福路 花园路")
_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com")
_PREFIXES = _words(
    "130 131 132 133 135 136 137 138 139 150 151 152 153 155 156 158 159 180 181 182 183 185 186 187 188 189"
)

_NEAR = (("pos", 50), ("youzan", 21), ("taobao", 10), ("jd", 4), ("pinduoduo", 4), ("douyin", 6), ("weixin_shop", 5))
_FAR = (("youzan", 9), ("taobao", 38), ("jd", 15), ("pinduoduo", 15), ("douyin", 15), ("weixin_shop", 8))


@dataclass(slots=True)
class Draft:
    """A person in the making; becomes a frozen Person once the orders are known."""

    person_no: int
    name: str
    nickname: str
    phone: str
    email: str
    birthday: date
    province: str
    city: str
    district: str
    address: str
    country: str
    accounts: dict[str, list[str]]
    channels: tuple[str, ...]
    home_store: str | None
    joined_day: int  # index into the calendar
    rate: float  # purchases per unit of trade time (an average day is 1)
    dropout: float  # chance to leave after each purchase
    is_staff: bool
    household_no: int | None = None
    referred_by: int | None = None

    def identifiers(self) -> tuple[Identifier, ...]:
        return tuple((kind, value) for kind, values in self.accounts.items() for value in values)


class Phones:
    """Unique mainland mobile numbers; none from virtual operators."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()

    def new(self) -> str:
        while True:
            number = f"+86{self._rng.choice(_PREFIXES)}{self._rng.randrange(10**7, 10**8)}"
            if number not in self._taken:
                self._taken.add(number)
                return number


def make_name(rng: random.Random, surname: str | None = None) -> str:
    if surname is None:
        surname = rng.choice(_COMPOUND) if rng.random() < 0.01 else rng.choice(FAMILY_NAMES)
    return surname + "".join(rng.choice(GIVEN_CHARACTERS) for _ in range(1 if rng.random() < 0.25 else 2))


def make_people(rng: random.Random, *, count: int, stores: tuple[Store, ...], trade: list[float]) -> list[Draft]:
    """`trade` is the running sum of day weights; people join in proportion to it."""
    phones = Phones(rng)
    staff = max(2, round(count * 0.003))
    return [
        _make_person(rng, number, phones, stores, trade, is_staff=number <= staff) for number in range(1, count + 1)
    ]


def _make_person(
    rng: random.Random,
    number: int,
    phones: Phones,
    stores: tuple[Store, ...],
    trade: list[float],
    *,
    is_staff: bool,
) -> Draft:
    abroad = not is_staff and rng.random() < 0.017
    store: Store | None = None
    country = "CN"
    if abroad:
        country, province, city = rng.choice(OVERSEAS)
        district = ""
        address = f"{rng.randrange(1, 900)} {rng.choice(('Maple St', 'Grant Ave', 'King St', 'Orchard Rd'))}"
    elif is_staff or rng.random() < 0.68:
        store = rng.choice(stores)
        province, city, district = store.province, store.city, store.district
        address = f"{rng.choice(_STREETS)}{rng.randrange(1, 999)}号{rng.randrange(1, 30)}栋{rng.randrange(101, 3200)}室"
    else:
        province, city, district = rng.choice(OTHER_CITIES)
        address = f"{rng.choice(_STREETS)}{rng.randrange(1, 999)}号, {rng.randrange(1, 30)}-{rng.randrange(101, 3200)}"
    word = rng.choice(_WORDS)
    # Some were customers before the history starts; the others come as trade grows.
    joined = 0 if rng.random() < 0.06 else bisect.bisect_left(trade, rng.random() * trade[-1])
    joined_day = min(joined, len(trade) - 1)
    birthday = date(1955, 1, 1) + timedelta(days=int(rng.betavariate(3.2, 2.2) * 365 * 53))
    draft = Draft(
        person_no=number,
        name=make_name(rng),
        nickname=f"{rng.choice(_NICK)}{rng.choice(('', str(rng.randrange(10, 99)), '🌸', '~'))}",
        phone=phones.new(),
        email=f"{word}.{number}@{rng.choice(_DOMAINS)}",
        birthday=birthday,
        province=province,
        city=city,
        district=district,
        address=address,
        country=country,
        accounts={},
        channels=("shopify",) if abroad else (),
        home_store=store.code if store else None,
        joined_day=joined_day,
        rate=rng.gammavariate(0.75, 1 / 48) if not is_staff else rng.gammavariate(4, 1 / 60),
        dropout=rng.betavariate(0.9, 3.0) if not is_staff else 0.02,
        is_staff=is_staff,
    )
    if not abroad:
        draft.channels = _choose_channels(rng, near=store is not None, is_staff=is_staff)
    draft.accounts = _make_accounts(rng, draft, word)
    return draft


def _choose_channels(rng: random.Random, *, near: bool, is_staff: bool) -> tuple[str, ...]:
    if is_staff:
        return ("pos", "youzan")
    names, weights = zip(*(_NEAR if near else _FAR), strict=True)
    wanted = rng.choices((1, 2, 3, 4), (52, 31, 13, 4))[0]
    chosen: dict[str, None] = {}
    while len(chosen) < wanted:
        chosen[rng.choices(names, weights)[0]] = None
    if rng.random() < 0.004:
        chosen["shopify"] = None
    return tuple(chosen)


def _make_accounts(rng: random.Random, draft: Draft, word: str) -> dict[str, list[str]]:
    number = draft.person_no
    accounts: dict[str, list[str]] = {"phone": [draft.phone]}
    for channel in draft.channels:
        accounts.update(make_channel_accounts(rng, number, channel, word))
    if "shopify" in draft.channels:
        accounts["email"] = [draft.email]
    if draft.home_store and "pos" in draft.channels and rng.random() < 0.62:
        accounts["member_card"] = [f"GT{10000000 + number * 7}"]
    if rng.random() < 0.3 and ("pos" in draft.channels or "youzan" in draft.channels):
        accounts["unionid"] = [f"oGt{rng.getrandbits(100):025x}"]
    if rng.random() < (0.6 if "weixin_shop" in draft.channels else 0.12):
        accounts["external_userid"] = [f"wmGt{rng.getrandbits(112):028x}"]
    return accounts


def make_channel_accounts(rng: random.Random, number: int, channel: str, word: str) -> dict[str, list[str]]:
    """Buyer ids of one platform; a few people have two at Taobao."""
    if channel == "taobao":
        nicks = [
            rng.choice(
                (f"tb{number:07d}{rng.randrange(100):02d}", f"{word}_{number}", f"{rng.choice('小大阿老')}麦_{number}")
            )
        ]
        if rng.random() < 0.03:
            nicks.append(f"t-{number}_{rng.randrange(10000)}")
        return {"taobao": nicks}
    if channel == "jd":
        return {"jd": [rng.choice((f"jd_{rng.getrandbits(36):09x}{number}", f"{number}_p", f"{word}-{number}"))]}
    if channel == "pos":
        return {}
    return {channel: [f"{channel[:2]}_{number:09d}"]}


def refer(rng: random.Random, people: list[Draft]) -> None:
    """A sixth were brought by somebody who already bought, sociable people far more often."""
    by_join = sorted(people, key=lambda draft: (draft.joined_day, draft.person_no))
    hubs: list[Draft] = []
    for draft in by_join:
        if hubs and not draft.is_staff and rng.random() < 0.17:
            referrer = rng.choice(hubs)
            if referrer.joined_day < draft.joined_day:
                draft.referred_by = referrer.person_no
                hubs.append(referrer)
        if rng.random() < 0.35:
            hubs.append(draft)


def make_households(rng: random.Random, people: list[Draft], *, count: int, event_day: int) -> tuple[Household, ...]:
    """Turns groups of four or five far-away people into households with one phone and one marketplace."""
    free = [draft for draft in people if not draft.is_staff and draft.country == "CN" and draft.home_store is None]
    households = []
    for number in range(1, count + 1):
        size = rng.choice((4, 4, 5))
        if len(free) < size:
            break
        members = [free.pop(rng.randrange(len(free))) for _ in range(size)]
        platform = "taobao" if number % 3 else "jd"
        head = members[0]
        for draft in members:
            draft.household_no = number
            draft.name = make_name(rng, head.name[0])
            draft.phone = head.phone
            draft.province, draft.city, draft.district, draft.address = (
                head.province,
                head.city,
                head.district,
                head.address,
            )
            draft.channels = (platform,)
            word = rng.choice(_WORDS)
            account = make_channel_accounts(rng, draft.person_no, platform, word)
            draft.accounts = {"phone": [head.phone], platform: account[platform][:1]}
            draft.joined_day = min(draft.joined_day, event_day)
        households.append(Household(number, head.phone, platform, tuple(draft.person_no for draft in members)))
    return tuple(households)
