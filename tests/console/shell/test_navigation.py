from __future__ import annotations

import pytest

from yutang.console.shell import navigation
from yutang.core.access import Actor


@pytest.fixture
def person():
    return lambda *permissions: Actor("user", 1, "Lin", 1, grants=dict.fromkeys(permissions))


def test_shows_what_one_may_open(person):
    groups = navigation.groups(person("staff.view", "audit.view"), "/audit/7")
    assert [link.address for group in groups for link in group.links] == ["/staff", "/audit"]
    assert [link.address for group in groups for link in group.links if link.is_active] == ["/audit"]


def test_entries_without_an_address_are_left_out(person, monkeypatch):
    gone = navigation.Job("Later", "home", (navigation.Entry("console:later", "Later", "home.view"),))
    monkeypatch.setattr(navigation, "JOBS", (gone,))
    assert navigation.groups(person("home.view"), "/") == []


def test_the_landing_page_is_the_first_one_may_open(person):
    assert navigation.landing(person("audit.view")) == "/audit"
    assert navigation.landing(person()) is None
    assert navigation.landing(None) is None


@pytest.mark.parametrize("path", ["/products/regions", "/products/regions/rule", "/products/regions/demand"])
def test_all_pages_below_an_entry_light_it_up(person, path):
    groups = navigation.groups(person("catalog.view"), path)
    assert [link.address for group in groups for link in group.links if link.is_active] == ["/products/regions/demand"]
