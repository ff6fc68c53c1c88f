"""Finding a place of the list of regions in running text, however it is written: 浙江省杭州市西湖区, 浙江 杭州 西湖区,
杭州西湖, 昆山市 (of 苏州市, 江苏省)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from yutang.areas.customers.addresses import regions

_PROVINCE = re.compile("(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)$")
_PEOPLES = "朝鲜|土家|苗|藏|羌|彝|布依|侗|哈尼|壮|傣|白|景颇|傈僳|回|蒙古|哈萨克|柯尔克孜"
_CITY = re.compile(f"((?:(?:{_PEOPLES})族?)+自治州|地区|市|盟)$")
_DISTRICT = re.compile("(新区|区|县|市|旗)$")
_BETWEEN = r"[\s,/>|、·\-]*"
# What some platforms put where there is no city.
_GAP = re.compile(f"{_BETWEEN}(?:(?:市辖区|(?:省|自治区)直辖县(?:级行政(?:区划|单位))?|县(?=[\\s,/])){_BETWEEN})?")
_ROAD = re.compile("大?[路街道]|[巷弄镇乡村桥站]")  # 西湖大道 is no 西湖区


@dataclass(frozen=True)
class Place:
    """`city` and `district` may be empty."""

    province: str
    city: str = ""
    district: str = ""


@dataclass(frozen=True)
class Found:
    """`levels`: how many of province, city and district are written there, from `start` to `end`."""

    start: int
    end: int
    levels: int
    place: Place


@dataclass(frozen=True)
class _Index:
    """Each way to write a province, a city or a district → what it may be. `full`: as in the list."""

    provinces: dict[str, str]
    cities: dict[str, list[Place]]
    districts: dict[str, list[Place]]
    short_districts: dict[str, list[Place]]
    full: frozenset[str]
    longest: int


def find(text: str) -> Found | None:
    """Where the text says most of a place; the first of equals. A single word counts only in full: 杭州市, 昆山市."""
    best: Found | None = None
    for start in range(len(text)):
        for found in _at(text, start):
            if best is None or (found.levels, found.end - found.start) > (best.levels, best.end - best.start):
                best = found
    return None if best is None else _twice(text, best)


def _twice(text: str, found: Found) -> Found:
    """Forms that are copied whole often say it again at the beginning of the street."""
    after = _skip(text, found.end)
    again = max(_at(text, after), key=lambda one: (one.levels, one.end), default=None)
    if again is None or again.levels < 2 or (again.place.province, again.place.city) != (
        found.place.province, found.place.city,
    ):  # fmt: skip
        return found
    place = again.place if again.place.district else found.place
    return Found(found.start, again.end, found.levels, place)


def _at(text: str, start: int) -> Iterator[Found]:
    """Every way to read a place that begins here."""
    index = _index()
    for province, at, n in [("", start, 0), *((p, _skip(text, end), 1) for p, end in _provinces(text, start))]:
        if n and (word := text[start : start + len(province)]) == province:
            yield Found(start, start + len(word), 1, _whole(Place(province)))
        for city, after_city, is_full in _cities(text, at, province):
            if n or is_full:
                yield Found(start, after_city, n + 1, _whole(city))
            for district, end in _districts(text, _skip(text, after_city), city):
                yield Found(start, end, n + 2, district)
        for word in _words(text, at, index.districts):
            places = [place for place in index.districts[word] if province in ("", place.province)]
            if len(places) == 1 and (n or len(word) > 2):
                yield Found(start, at + len(word), n + 1, places[0])


def _provinces(text: str, at: int) -> Iterator[tuple[str, int]]:
    index = _index()
    for word in _words(text, at, index.provinces):
        yield index.provinces[word], at + len(word)


def _cities(text: str, at: int, province: str) -> Iterator[tuple[Place, int, bool]]:
    index = _index()
    for word in _words(text, at, index.cities):
        for place in index.cities[word]:
            if province in ("", place.province):
                yield place, at + len(word), word in index.full


def _districts(text: str, at: int, city: Place) -> Iterator[tuple[Place, int]]:
    """Of this city; without its last word only where no road or village is called like it."""
    index = _index()
    for known in (index.districts, index.short_districts):
        for word in _words(text, at, known):
            end = at + len(word)
            if known is index.short_districts and _ROAD.match(text, end):
                continue
            for place in known[word]:
                if (place.province, place.city) == (city.province, city.city):
                    yield place, end


def _words(text: str, at: int, known: Mapping[str, object]) -> Iterator[str]:
    """Known words that begin here, the longest first."""
    for length in range(min(_index().longest, len(text) - at), 1, -1):
        if (word := text[at : at + length]) in known:
            yield word


def _skip(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _whole(place: Place) -> Place:
    """With what follows by itself: the only city of a municipality, the only district of a county."""
    cities = regions.tree()[place.province]
    city = place.city or (next(iter(cities)) if len(cities) == 1 else "")
    districts = cities[city] if city else []
    return Place(place.province, city, districts[0] if len(districts) == 1 else "")


@lru_cache(maxsize=1)
def _index() -> _Index:
    provinces: dict[str, str] = {}
    cities: dict[str, list[Place]] = defaultdict(list)
    districts: dict[str, list[Place]] = defaultdict(list)
    short_districts: dict[str, list[Place]] = defaultdict(list)
    full: set[str] = set()
    for province, its_cities in regions.tree().items():
        provinces |= {province: province, _PROVINCE.sub("", province): province}
        for city, its_districts in its_cities.items():
            short = _CITY.sub("", city)
            full.add(city)
            for word in {city, short, f"{short}州" if city.endswith("自治州") else city}:
                if len(word) > 1:
                    cities[word].append(Place(province, city, its_districts[0] if len(its_districts) == 1 else ""))
            for district in its_districts:
                districts[district].append(Place(province, city, district))
                if len(short := _DISTRICT.sub("", district)) > 1 and short != district:
                    short_districts[short].append(Place(province, city, district))
    longest = max(map(len, (*provinces, *cities, *districts)))
    return _Index(provinces, dict(cities), dict(districts), dict(short_districts), frozenset(full), longest)
