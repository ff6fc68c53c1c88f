"""Every address asks for a permission, or says here why not."""

from __future__ import annotations

from collections import Counter

from django.urls import get_resolver

from yutang.areas.merchants.permissions import PERMISSIONS

PUBLIC = {
    "health": "for whoever watches the server",
    "links:scan": "for whoever scans a QR code",
    "payments:notify": "for payment services, which sign what they say",
    "media:picture": "for shoppers",
    "console:login": "the way in",
    "console:login_code": "the way in, second step",
    "console:login_enrol": "the way in, second step for the first time",
    "console:choose_password": "behind a signed one-time link",
    "console:logout": "the way out",
    "console:language": "before and after logging in",
    "console:choose_merchant": "logged in, no merchant chosen yet",
}
OTHER_DOORS = ("api/",)  # django-ninja authorises by key


def addresses():
    def walk(resolver, prefix="", namespace=""):
        for entry in resolver.url_patterns:
            route = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from walk(entry, route, f"{entry.namespace}:" if entry.namespace else namespace)
            elif not route.startswith(OTHER_DOORS):
                yield route, f"{namespace}{entry.name}", entry.callback

    return list(walk(get_resolver()))


def test_every_address_asks_for_a_permission_or_is_public_on_purpose():
    unguarded = {name for _, name, view in addresses() if not getattr(view, "is_guarded", False)}
    assert unguarded - set(PUBLIC) == set()


def test_the_public_list_names_nothing_that_is_gone():
    assert set(PUBLIC) <= {name for _, name, _ in addresses()}


def test_permissions_of_pages_exist():
    asked = {view.permission for _, _, view in addresses() if getattr(view, "is_guarded", False)}
    assert asked - {None} <= set(PERMISSIONS)


def test_addresses_and_names_are_unique():
    found = addresses()
    assert [route for route, count in Counter(route for route, _, _ in found).items() if count > 1] == []
    assert [name for name, count in Counter(name for _, name, _ in found).items() if count > 1] == []
