from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import engines
from django.utils import timezone, translation


def show(source, **context):
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ('{{ 123450|money:"CNY" }}', "¥1,234.50", "CN¥1,234.50"),
        ('{{ 1500|money:"JPY" }}', "JP¥1,500", "¥1,500"),
        ('{{ none|money:"CNY" }}', "–", "–"),
        ("{{ 1234567|number }}", "1,234,567", "1,234,567"),
        ("{{ half|number:1 }}", "2.5", "2.5"),
        ("{{ share|percent }}", "12.3%", "12.3%"),
        ("{{ share|percent:0 }}", "12%", "12%"),
        ("{{ none|percent }}", "–", "–"),
    ],
)
def test_figures(source, zh, en):
    for language, expected in (("zh-hans", zh), ("en", en)):
        with translation.override(language):
            assert show(source, none=None, half=2.5, share=0.1234) == expected


def test_what_no_colleague_did_is_said_in_the_readers_language():
    for language, expected in (("zh-hans", "商城 系统 Lin"), ("en", "Shop System Lin")):
        with translation.override(language):
            assert show("{{ 'shop'|by }} {{ 'system'|by }} {{ 'Lin'|by }}") == expected


def test_jobs_are_said_by_their_area():
    for language, expected in (("zh-hans", "支付（自动）"), ("en", "Payments (by itself)")):
        with translation.override(language):
            assert show("{{ 'payments'|by }}") == show("{{ 'payments.send_refund'|by }}") == expected
    assert show("{{ 'wang.fang'|by }} {{ 'payments@shop.cn'|by }}") == "wang.fang payments@shop.cn"


def test_time_is_the_merchants():
    at = datetime(2026, 11, 21, 23, 30, 5, tzinfo=UTC)
    with timezone.override("Asia/Shanghai"):
        assert ">2026-11-22 07:30</time>" in show("{{ at|when }}", at=at)
        assert show("{{ at|clock }} {{ at|day }}", at=at) == "07:30:05 2026-11-22"
    assert show("{{ on|day }}{{ none|day }}", on=date(2026, 1, 2), none=None) == "2026-01-02–"


def test_pieces_escape_what_people_typed():
    bad = "<script>alert(1)</script>"
    source = """{% badge bad "green" %}{% stat bad bad note=bad change=-0.05 icon_name="users" %}{% empty bad bad %}
    {% progress poll="/x" percent=41.6 label=bad %}{% chart "c1" option bad head=row rows=rows %}"""
    page = show(source, bad=bad, option={"title": bad}, row=[bad], rows=[[bad]])
    assert "<script>alert" not in page
    assert 'id="c1" type="application/json"' in page
    assert "↓5.0%" in page


def test_progress_asks_until_it_is_done():
    assert 'hx-trigger="every 1s"' in show('{% progress poll="/x" percent=40 %}')
    for end in ("done=True", "failed=True"):
        assert "hx-trigger" not in show(f'{{% progress poll="/x" percent=100 {end} %}}')
    assert "width: 100%" in show('{% progress poll="/x" percent=250 %}')


def test_a_field_stands_beside_its_error():
    from yutang.console.auth.forms import LoginForm

    page = show("{% field form.email %}", form=LoginForm({}))
    assert "is-invalid" in page
    assert 'aria-describedby="id_email_error"' in page
    assert 'id="id_email_error"' in page
