"""Reading what somebody copied from a chat or another shop: name, phone, region and street, in any order, with or
without labels, spaces and commas. What comes out is a proposal that the person looks at before it is saved.

The phone is taken out first, then the place; what is left around them is a name or the street."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from yutang.areas.customers.addresses import places
from yutang.areas.customers.addresses.recipient import Recipient

LONGEST = 500
_NAMED, _PHONE, _PLACE = "\x01", "\x02", "\x03"  # stand for: the name follows, the phone was here, the place was here
_JOINED = "\x04"  # a space inside a Latin name

_NAME_LABEL = "(?:收货|收件|联系)人(?:姓名)?|姓名|名字"
_LABEL = (
    "(?:收货人|收件人|联系人)?(?:联系电话|联系方式|手机号码|手机号|手机|电话号码|电话|所在地区|所在省市|省市区|地区|"
    "收货地址|收件地址|详细地址|街道地址|地址|邮政编码|邮编)"
)
_NAME_LABELS = re.compile(rf"(?:{_NAME_LABEL})\s*:\s*|(?:^|(?<=[\s,]))(?:{_NAME_LABEL})\s*")
_LABELS = re.compile(rf"(?:{_LABEL})\s*:\s*|(?:^|(?<=[\s,]))(?:{_LABEL})(?:\s+|(?=[+\d]))")
_POSTCODE = re.compile(r"(?:^|(?<=[\s,]))\d{6}(?=$|[\s,])")
_SPLIT = re.compile(r"[\s,;|。、]+")
_TITLE = "(?:先生|女士|小姐|老师|同学|阿姨|师傅)"
_FOR = re.compile(r"\(?收\)?$")
_HAN = "[\u4e00-\u9fff]"
# Surnames of nearly everybody; for another name something else has to speak.
_SURNAME = (
    "(?:欧阳|上官|司马|诸葛|司徒|皇甫|慕容|令狐|公孙|夏侯|端木|["
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程"
    "苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝"
    "龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳"
    "甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解"
    "牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟卞姬"
    "])"
)
_FULL_NAME = re.compile(rf"{_SURNAME}{_HAN}{{1,2}}")
_NAME = re.compile(rf"{_HAN}[{_HAN[1:-1]}·]{{1,9}}|[A-Za-z][A-Za-z.'{_JOINED}-]{{1,39}}")
_OF_ADDRESSES = re.compile(
    "[路街巷弄号楼栋幢座室层村镇乡县区市省苑厦店院厂坊湾]|大道|广场|公司|学校|花园|单元|中心|仓库|驿站|前台|门卫"
)
_GLUED = re.compile(rf"(.*[号室楼层幢栋座元户铺)\d])\(?({_FULL_NAME.pattern}{_TITLE}?|{_SURNAME}{_TITLE})")
_ADDRESS = re.compile(rf"\d|{_OF_ADDRESSES.pattern}")
_NOTHING = frozenset({"中国", "中华人民共和国", "谢谢", ":", "-"})


def read_pasted(text: str, *, phone_region: str = "CN") -> Recipient:
    """What could be made out; the rest of the fields are empty. The phone as people write it."""
    text = re.sub(r"[\x00-\x08\x0e-\x1f]", " ", unicodedata.normalize("NFKC", text[:LONGEST]))
    text = _NAME_LABELS.sub(f"\n{_NAMED}", _LABELS.sub("\n", text))
    text, phone = _without_phone(text, phone_region)
    text = _POSTCODE.sub("\n", text)
    place = places.Place("")
    if (found := places.find(text)) is not None:
        place = found.place
        text = f"{text[: found.start]}\n{_PLACE}\n{text[found.end :]}"
    text = re.sub(r"(?<=[A-Za-z.]) (?=[A-Za-z])", _JOINED, text)
    words = [word for word in _SPLIT.split(text) if word and word not in _NOTHING]
    name = _take_name(words)
    at = words.index(_PLACE) if _PLACE in words else len(words)
    street = _street(words[at + 1 :]) or _street([word for word in words[:at] if _ADDRESS.search(word)])
    return Recipient(name, phone, place.province, place.city, place.district, street)


def _without_phone(text: str, region: str) -> tuple[str, str]:
    for match in phonenumbers.PhoneNumberMatcher(text, region):
        style = phonenumbers.PhoneNumberFormat.E164
        if match.number.country_code == phonenumbers.country_code_for_region(region):
            style = phonenumbers.PhoneNumberFormat.NATIONAL
        number = re.sub(r"[^+\d]", "", phonenumbers.format_number(match.number, style))
        return f"{text[: match.start]}\n{_PHONE}\n{text[match.end :]}", number
    return text, ""


def _take_name(words: list[str]) -> str:
    """Finds the name and takes its word out."""
    for at, word in enumerate(words):
        if word.startswith(_NAMED) and word != _NAMED:
            return _plain(words.pop(at).removeprefix(_NAMED))
    ranked = [(_rank(words, at), -at) for at in range(len(words))]
    rank, minus_at = max(ranked, default=(0, 0))
    if rank > 0:
        return _plain(words.pop(-minus_at))
    for at, word in enumerate(words):
        glued = _GLUED.fullmatch(_FOR.sub("", word))
        if glued and (_PHONE in words[at + 1 : at + 2] or _FOR.search(word)):
            words[at] = glued[1]
            return glued[2]
    return ""


def _rank(words: list[str], at: int) -> int:
    """How much speaks for the word being a name: a surname or a title, the phone beside it, standing before the place.
    Zero where nothing does."""
    word = _FOR.sub("", words[at])
    is_short = word.isascii() or "·" in word or len(word) <= 5
    if not is_short or not _NAME.fullmatch(word) or _OF_ADDRESSES.search(word[1:]):
        return 0
    has_title = re.search(f"{_TITLE}$", word) is not None
    is_usual = _FULL_NAME.fullmatch(word) is not None or has_title or "·" in word
    beside = words[max(at - 1, 0) : at] + words[at + 1 : at + 2]
    before = _PLACE in words[at + 1 :] and len(word) <= 4
    return 4 * is_usual + 2 * (_PHONE in beside) + before


def _plain(word: str) -> str:
    return _FOR.sub("", word).replace(_JOINED, " ").strip(" ()-:")


def _street(words: list[str]) -> str:
    kept = [word for word in words if word not in (_PHONE, _PLACE, _NAMED)]
    return " ".join(kept).replace(_JOINED, " ").replace(_NAMED, "").strip(" -:/")
