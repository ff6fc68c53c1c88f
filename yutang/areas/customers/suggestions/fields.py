"""What two people are compared by: fields, the levels on which they agree, and the keys under which pairs are sought.

Conditions are DuckDB SQL over two people `l` and `r` with the columns of `PREPARED`. The first level that holds counts;
the last one of every field is "different". A field that either of the two lacks says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

PEOPLE = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        *(pa.field(name, pa.string()) for name in ("family", "given", "family_sound", "given_sound", "gender")),
        pa.field("birthday", pa.date32()),
        *(pa.field(name, pa.string()) for name in ("province", "city", "district", "address", "email", "phone")),
        pa.field("store", pa.string()),
        pa.field("bought", pa.list_(pa.string())),
        # A key of which a person has only one: two different values are two people.
        pa.field("exclusive", pa.string()),
    ]
)

# Case, spaces and punctuation are no difference. An address that begins with its region tells it, and loses it.
_REGION = (
    r"^(\p{Han}{2,7}?(?:省|自治区|市))?(\p{Han}{2,6}?(?:市|自治州|盟|地区))?(\p{Han}{0,5}?[^小社园\d](?:区|县|旗))?"
)
PREPARED = r"""
WITH plain AS (
    SELECT id, nullif(lower(trim(family)), '') AS family, nullif(lower(trim(given)), '') AS given,
        nullif(lower(family_sound), '') AS family_sound, nullif(lower(given_sound), '') AS given_sound,
        nullif(gender, '') AS gender, birthday, strftime(birthday, '%Y%m%d') AS born,
        nullif(lower(trim(province)), '') AS province, nullif(lower(trim(city)), '') AS city,
        nullif(lower(trim(district)), '') AS district,
        nullif(regexp_replace(lower(address), '[\s\pP\pZ]+', '', 'g'), '') AS written,
        regexp_extract(written, '{region}', ['first', 'second', 'third']) AS named,
        nullif(lower(trim(email)), '') AS email, nullif(phone, '') AS phone, store, bought, exclusive
    FROM people
), placed AS (
    SELECT * REPLACE (
            coalesce(province, nullif(named.first, '')) AS province,
            coalesce(city, nullif(named.second, '')) AS city,
            coalesce(district, nullif(named.third, '')) AS district
        ),
        nullif(regexp_replace(written, '{region}', ''), '') AS door
    FROM plain
)
SELECT * EXCLUDE (written, named),
    CASE WHEN regexp_matches(door, '\d') THEN door END AS address_key,
    nullif(regexp_extract(door, '^\D+\d*'), '') AS street,
    nullif(split_part(email, '@', 1), '') AS mailbox,
    CASE WHEN family IS NOT NULL AND given IS NOT NULL
        THEN least(family_sound, given_sound) || ' ' || greatest(family_sound, given_sound) END AS name_key,
    left(family_sound, 1) AS family_letter, left(given_sound, 1) AS given_letter,
    left(born, 4) AS born_year, right(born, 4) AS born_day, right(phone, 4) AS phone_tail
FROM placed
""".replace("{region}", _REGION)


@dataclass(frozen=True)
class Level:
    """`often`: a first guess of how often the same person's records stand on this level.

    `term`: the column whose value both share; how common this value is replaces what is true on average. Where
    `is_crowd`, only a value of unusually many people counts less; rare ones count as all others do. `within`: another
    field on whose first level the pair may stand as well; then it matters how common the value is among those who share
    that one (a nickname taken for a name: everybody called 橘 is called 橘猫).
    """

    key: str
    condition: str
    often: float
    term: str = ""
    is_crowd: bool = False
    within: str = ""


@dataclass(frozen=True)
class Field:
    key: str
    known: str  # both have it
    levels: tuple[Level, ...]
    columns: tuple[str, ...]  # blocking by one of these says nothing new about this field

    def case(self) -> str:
        """The number of the level, −1 where unknown."""
        conditions = " ".join(f"WHEN {level.condition} THEN {n}" for n, level in enumerate(self.levels[:-1]))
        return f"CASE WHEN NOT coalesce({self.known}, false) THEN -1 {conditions} ELSE {len(self.levels) - 1} END"


def _both(column: str) -> str:
    return f"l.{column} IS NOT NULL AND r.{column} IS NOT NULL"


# Who shares a door and the family name but not the given name is family: the name they share says nothing.
_RELATIVES = "coalesce(l.address_key = r.address_key AND l.given_sound <> r.given_sound, false)"


def _name(key: str, other: str, *, known: str = "", within: str = "") -> Field:
    sound = f"jaro_winkler_similarity(l.{key}_sound, r.{key}_sound)"
    return Field(
        key,
        _both(key) + known,
        (
            Level("equal", f"l.{key} = r.{key}", 0.75, term=key, within=within),
            Level("sound", f"l.{key}_sound = r.{key}_sound", 0.05),
            Level("swapped", f"l.{key} = r.{other} OR l.{other} = r.{key}", 0.03),
            Level("initial", f"least(length(l.{key}_sound), length(r.{key}_sound)) = 1 AND"
                             f" l.{key}_letter = r.{key}_letter", 0.02),
            Level("close", f"{sound} >= 0.88", 0.07),
            Level("similar", f"{sound} >= 0.7", 0.04),
            Level("different", "", 0.04),
        ),
        # Families share a door: what people there are called does not tell how one person's name is written.
        (key, f"{key}_sound", "name_key", f"{key}_letter", "address_key", "phone"),
    )  # fmt: skip


FIELDS: tuple[Field, ...] = (
    _name("family", "given", known=f" AND NOT {_RELATIVES}"),
    _name("given", "family", within="family"),
    Field(
        "birthday",
        _both("born"),
        (
            Level("equal", "l.born = r.born", 0.8, term="born", is_crowd=True),
            Level("day_and_month_swapped",
                  "l.born_year = r.born_year AND substr(l.born, 5, 2) = right(r.born, 2)"
                  " AND right(l.born, 2) = substr(r.born, 5, 2)", 0.02),
            Level("one_digit", "damerau_levenshtein(l.born, r.born) = 1", 0.08),
            Level("year_differs", "l.born_day = r.born_day", 0.03),
            Level("two_digits", "damerau_levenshtein(l.born, r.born) = 2", 0.03),
            Level("different", "", 0.04),
        ),
        ("born", "born_year", "born_day"),
    ),
    Field("gender", _both("gender"),
          (Level("equal", "l.gender = r.gender", 0.97, term="gender"), Level("different", "", 0.03)), ("gender",)),
    # Either the one or the other speaks: who lives at the same door lives in the same city and near the same store.
    Field(
        "address",
        _both("address_key"),
        (
            Level("same_door", "l.address_key = r.address_key AND coalesce(l.city = r.city, true)", 0.7,
                  term="address_key", is_crowd=True),
            Level("close_door", "coalesce(l.city = r.city, true) AND (l.street = r.street OR"
                                " jaro_winkler_similarity(l.address_key, r.address_key) >= 0.95)", 0.1),
            Level("district", "l.city = r.city AND l.district = r.district", 0.05),
            Level("city", "l.city = r.city", 0.05, term="city"),
            Level("different", "", 0.1),
        ),
        ("address_key", "street", "district", "city", "province"),
    ),
    Field(
        "place",
        f"NOT ({_both('address_key')}) AND (({_both('city')}) OR ({_both('province')}) OR ({_both('store')}))",
        (
            Level("store", "l.store = r.store", 0.2, term="store"),
            Level("district", "l.city = r.city AND l.district = r.district", 0.2, term="district"),
            Level("city", "l.city = r.city", 0.4, term="city"),
            Level("city_similar", "jaro_winkler_similarity(l.city, r.city) >= 0.85", 0.1),
            Level("province", "l.province = r.province", 0.05, term="province"),
            Level("different", "", 0.05),
        ),
        ("store", "district", "city", "province", "street", "address_key"),
    ),
    Field(
        "email",
        _both("email"),
        (
            Level("equal", "l.email = r.email", 0.6, term="email", is_crowd=True),
            Level("mailbox", "l.mailbox = r.mailbox", 0.1, term="mailbox"),
            Level("close", "jaro_winkler_similarity(l.email, r.email) >= 0.9", 0.15),
            Level("mailbox_close", "jaro_winkler_similarity(l.mailbox, r.mailbox) >= 0.9", 0.05),
            Level("different", "", 0.1),
        ),
        ("email", "mailbox"),
    ),
    Field(
        "phone",
        _both("phone"),
        (
            Level("equal", "l.phone = r.phone", 0.05, term="phone", is_crowd=True),
            Level("one_digit", "damerau_levenshtein(l.phone, r.phone) = 1", 0.05),
            Level("different", "", 0.9),
        ),
        ("phone", "phone_tail"),
    ),
    Field(
        "bought",
        _both("bought"),
        (
            Level("most", "list_has_any(l.bought, r.bought) AND 2 * length(list_intersect(l.bought, r.bought))"
                          " >= least(length(l.bought), length(r.bought))", 0.4),
            Level("some", "list_has_any(l.bought, r.bought)", 0.3),
            Level("different", "", 0.3),
        ),
        (),
    ),
)  # fmt: skip

# Each rule from the widest to the narrowest; the widest whose pairs are affordable is taken.
BLOCKING: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("address_key",), ("address_key", "city")),
    (("email",),),
    (("mailbox",), ("mailbox", "given_letter")),
    (("phone",),),
    (("name_key",), ("name_key", "province"), ("name_key", "city"), ("name_key", "street")),
    (("born",), ("born", "family_letter"), ("born", "family_sound")),
    (("born_year", "given_sound"), ("born_year", "given_sound", "province"), ("born_year", "given_sound", "city")),
    (("born_day", "family_sound"), ("born_day", "family_sound", "given_letter"), ("born_day", "name_key")),
    (("family_sound",), ("family_sound", "given_letter"), ("family_sound", "given_letter", "born_year"),
     ("family_sound", "given_letter", "street")),
    (("given_sound",), ("given_sound", "city"), ("given_sound", "street")),
    (("phone_tail", "given_sound"),),
)  # fmt: skip
