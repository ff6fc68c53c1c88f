"""Things known by a key, filled in `apps.ready()`: who pays, who sends, whatever else an area lets others bring."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from yutang.core.errors import DomainError


class Keyed(Protocol):
    key: str


T = TypeVar("T", bound=Keyed)


class Register(Generic[T]):
    """`unknown`: the error of a key that nobody registered; its message may speak of the `provider`."""

    def __init__(self, unknown: type[DomainError]) -> None:
        self._unknown = unknown
        self._entries: dict[str, T] = {}

    def register(self, entry: T) -> None:
        self._entries[entry.key] = entry

    def get(self, key: str) -> T:
        if key not in self._entries:
            raise self.unknown(key)
        return self._entries[key]

    def unknown(self, key: str) -> DomainError:
        return self._unknown(field="provider", provider=key)

    def keys(self) -> list[str]:
        return list(self._entries)

    def all(self) -> list[T]:
        return list(self._entries.values())
