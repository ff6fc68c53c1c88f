"""The brand's world: its regions, stores, calendar and the rhythm of its trade."""

from __future__ import annotations

from datetime import date, timedelta

from .truth import Region, Store

BRAND = "谷汀麦作"
BRAND_EN = "Guting Bakehouse"
HISTORY_YEARS = 3

REGIONS = (Region("R1", "华东大区"), Region("R2", "华南大区"), Region("R3", "西南大区"))

# name, region, province, city, district, street, direct, years open before (+) or after (-) the history starts
_STORES = (
    ("静安旗舰店", "R1", "上海市", "上海市", "静安区", "南京西路1601弄8号", True, 4.0),
    ("徐汇滨江店", "R1", "上海市", "上海市", "徐汇区", "龙腾大道2350号", True, 2.5),
    ("浦东世纪店", "R1", "上海市", "上海市", "浦东新区", "世纪大道881号B1", True, 1.2),
    ("杨浦大学路店", "R1", "上海市", "上海市", "杨浦区", "大学路117号", False, -0.6),
    ("西湖文三店", "R1", "浙江省", "杭州市", "西湖区", "文三路478号", True, 2.0),
    ("滨江星光店", "R1", "浙江省", "杭州市", "滨江区", "江南大道228号", False, -0.9),
    ("姑苏平江店", "R1", "江苏省", "苏州市", "姑苏区", "临顿路25号", False, 1.5),
    ("园区圆融店", "R1", "江苏省", "苏州市", "虎丘区", "狮山路88号", False, -1.4),
    ("鼓楼湖南路店", "R1", "江苏省", "南京市", "鼓楼区", "湖南路16号", True, 1.0),
    ("天河正佳店", "R2", "广东省", "广州市", "天河区", "天河路228号", True, 3.0),
    ("越秀北京路店", "R2", "广东省", "广州市", "越秀区", "北京路312号", True, 1.1),
    ("海珠琶洲店", "R2", "广东省", "广州市", "海珠区", "新港东路618号", False, -0.4),
    ("南山海岸店", "R2", "广东省", "深圳市", "南山区", "文心五路33号", True, 2.2),
    ("福田会展店", "R2", "广东省", "深圳市", "福田区", "福华三路269号", True, 0.8),
    ("龙岗大运店", "R2", "广东省", "深圳市", "龙岗区", "龙翔大道6188号", False, -1.1),
    ("禅城祖庙店", "R2", "广东省", "佛山市", "禅城区", "祖庙路33号", False, 0.6),
    ("南城鸿福店", "R2", "广东省", "东莞市", "南城街道", "鸿福路200号", False, 0.3),
    ("锦江春熙店", "R3", "四川省", "成都市", "锦江区", "总府路15号", True, 2.8),
    ("武侯桐梓林店", "R3", "四川省", "成都市", "武侯区", "桐梓林北路2号", True, 1.6),
    ("高新银泰店", "R3", "四川省", "成都市", "青羊区", "人民西路10号", False, -0.8),
    ("渝中解放碑店", "R3", "重庆市", "重庆市", "渝中区", "民权路28号", True, 1.9),
    ("江北观音桥店", "R3", "重庆市", "重庆市", "江北区", "观音桥步行街7号", False, -0.3),
    ("五华翠湖店", "R3", "云南省", "昆明市", "五华区", "翠湖南路66号", True, 0.9),
    ("南明花果园店", "R3", "贵州省", "贵阳市", "南明区", "花果园大街1号", False, 0.5),
)

OTHER_CITIES = (
    ("北京市", "北京市", "朝阳区"),
    ("北京市", "北京市", "海淀区"),
    ("天津市", "天津市", "和平区"),
    ("湖北省", "武汉市", "武昌区"),
    ("湖南省", "长沙市", "岳麓区"),
    ("陕西省", "西安市", "雁塔区"),
    ("山东省", "青岛市", "市南区"),
    ("山东省", "济南市", "历下区"),
    ("河南省", "郑州市", "金水区"),
    ("福建省", "厦门市", "思明区"),
    ("福建省", "福州市", "鼓楼区"),
    ("安徽省", "合肥市", "蜀山区"),
    ("江西省", "南昌市", "东湖区"),
    ("辽宁省", "沈阳市", "和平区"),
    ("辽宁省", "大连市", "中山区"),
    ("黑龙江省", "哈尔滨市", "南岗区"),
    ("广西壮族自治区", "南宁市", "青秀区"),
    ("浙江省", "宁波市", "鄞州区"),
    ("浙江省", "温州市", "鹿城区"),
    ("江苏省", "无锡市", "梁溪区"),
    ("内蒙古自治区", "呼和浩特市", "新城区"),
    ("新疆维吾尔自治区", "乌鲁木齐市", "天山区"),
)
OVERSEAS = (
    ("US", "CA", "San Francisco"),
    ("US", "NY", "New York"),
    ("CA", "BC", "Vancouver"),
    ("AU", "NSW", "Sydney"),
    ("SG", "", "Singapore"),
    ("GB", "", "London"),
)


def _days(text: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in text.split())


MID_AUTUMN = _days("2022-09-10 2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03 2029-09-22 2030-09-12")
DRAGON_BOAT = _days(
    "2022-06-03 2023-06-22 2024-06-10 2025-05-31 2026-06-19 2027-06-09 2028-05-28 2029-06-16 2030-06-05"
)
SPRING_FESTIVAL = _days(
    "2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03"
)

SHOPS = {
    "taobao": "谷汀麦作的小店",
    "tmall": "谷汀麦作旗舰店",
    "jd": "谷汀麦作京东旗舰店",
    "pinduoduo": "谷汀麦作官方店",
    "douyin": "谷汀麦作食品旗舰店",
    "youzan": "谷汀麦作官方商城",
    "weixin_shop": "谷汀麦作微信小店",
    "shopify": "guting-bakehouse",
    "pos": "谷汀麦作门店",
}
HOSTS = ("阿汀姐姐", "面包侠老周", "好吃研究所", "麦香日记", "小满探店", "汀汀直播间")
GUIDE_NAMES = ("林小满", "周知夏", "陈一诺", "何清越", "许安然", "罗千寻", "沈书言", "韩若溪", "唐可心", "宋嘉木")


def history_start(as_of: date) -> date:
    """First day of the history: the day after the same date three years before."""
    try:
        before = as_of.replace(year=as_of.year - HISTORY_YEARS)
    except ValueError:  # 29 February
        before = as_of.replace(year=as_of.year - HISTORY_YEARS, day=28)
    return before + timedelta(days=1)


def make_stores(starts_on: date) -> tuple[Store, ...]:
    """24 stores; the first of every city is open before the history starts."""
    return tuple(
        Store(
            code=f"GT{number:03d}",
            name=f"{BRAND}·{name}",
            region_code=region,
            province=province,
            city=city,
            district=district,
            address=f"{district}{street}",
            is_direct=direct,
            opened_on=starts_on - timedelta(days=round(years * 365)),
        )
        for number, (name, region, province, city, district, street, direct, years) in enumerate(_STORES, start=1)
    )


def season(day: date) -> str:
    """What people buy gifts for on this day: mooncake, zongzi, newyear or ""."""
    for festivals, lead, name in (
        (MID_AUTUMN, 28, "mooncake"),
        (DRAGON_BOAT, 16, "zongzi"),
        (SPRING_FESTIVAL, 26, "newyear"),
    ):
        for festival in festivals:
            if 0 <= (festival - day).days <= lead:
                return name
    return ""


def day_weight(day: date, starts_on: date, as_of: date) -> float:
    """Relative trade of one day: growth, weekends, festivals, platform sales."""
    share = (day - starts_on).days / max(1, (as_of - starts_on).days)
    weight = 0.75 + 0.5 * share
    if day.weekday() >= 5:
        weight *= 1.3
    weight *= {"mooncake": 2.1, "zongzi": 1.6, "newyear": 1.7}.get(season(day), 1.0)
    if (day.month, day.day) in {(2, 14), (5, 20), (12, 24), (12, 25)}:
        weight *= 1.6
    if (
        (day.month == 11 and 9 <= day.day <= 11)
        or (day.month == 6 and 16 <= day.day <= 18)
        or (day.month, day.day) == (12, 12)
    ):
        weight *= 1.8
    if any(0 <= (day - festival).days <= 5 for festival in SPRING_FESTIVAL):
        weight *= 0.45
    return weight
