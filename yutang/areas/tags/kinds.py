"""Kinds of life facts: what each may say of a person. Labels are English msgids."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop


@dataclass(frozen=True)
class LifeKind:
    """`choices` are the values of the fact's detail; `date` is the label of its day, empty where it has none."""

    key: str
    label: str
    icon: str
    name: str = ""  # label of its name: of the child, of the pet
    detail: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    date: str = ""
    is_sensitive: bool = False  # needs the person's consent and a permission of its own; never leaves the pool


_BIRTHDAY = gettext_noop("Birthday")

KINDS: dict[str, LifeKind] = {
    kind.key: kind
    for kind in (
        LifeKind(
            "child", gettext_noop("Child"), "user", name=gettext_noop("Name of the child"), detail=gettext_noop("Sex"),
            choices=(("girl", gettext_noop("Girl")), ("boy", gettext_noop("Boy"))), date=_BIRTHDAY,
        ),
        LifeKind(
            "pet", gettext_noop("Pet"), "fish", name=gettext_noop("Name of the pet"), detail=gettext_noop("Species"),
            choices=(
                ("dog", gettext_noop("Dog")), ("cat", gettext_noop("Cat")), ("bird", gettext_noop("Bird")),
                ("fish", gettext_noop("Fish")), ("rodent", gettext_noop("Rodent")),
                ("other_pet", gettext_noop("Another animal")),
            ),
            date=_BIRTHDAY,
        ),
        LifeKind(
            "diet", gettext_noop("Diet"), "gift", detail=gettext_noop("Diet"),
            choices=(
                ("vegetarian", gettext_noop("Vegetarian")), ("vegan", gettext_noop("Vegan")),
                ("halal", gettext_noop("Halal")), ("low_sugar", gettext_noop("Low sugar")),
                ("no_lactose", gettext_noop("No lactose")), ("no_gluten", gettext_noop("No gluten")),
                ("no_nuts", gettext_noop("No nuts")), ("no_seafood", gettext_noop("No seafood")),
            ),
        ),
        LifeKind("birthday", gettext_noop("Own birthday"), "gift", date=_BIRTHDAY),
        LifeKind(
            "anniversary", gettext_noop("Anniversary"), "calendar", name=gettext_noop("Of what"),
            date=gettext_noop("Day"),
        ),
        LifeKind("travel", gettext_noop("Travel"), "map-pin", name=gettext_noop("Where to")),
        LifeKind("home", gettext_noop("Way of living"), "home", name=gettext_noop("How they live")),
        LifeKind("health", gettext_noop("Health"), "shield-lock", name=gettext_noop("Note"), is_sensitive=True),
    )
}  # fmt: skip
