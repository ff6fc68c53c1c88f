from __future__ import annotations

import pytest

from tests.api.pool import make_store
from tests.factories.merchants import make_merchant
from yutang.areas.privacy import documents
from yutang.areas.privacy.models import Purpose
from yutang.core import tenancy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("which", ["terms", "policy"])
def test_the_template_becomes_the_merchants_own(client_for, which):
    merchant = make_merchant()
    browser, page = client_for(merchant), f"/privacy/{which}"
    assert "This is a template" in browser.get(page).content.decode()
    assert browser.post(page, {"text": "  "}).status_code == 422
    assert browser.post(page, {"text": "<script>x</script>"}).status_code == 422
    saved = {"text": "<h3>第一条</h3><script>x</script>", "text_en": '<p onclick="x">First</p>'}
    after = browser.post(page, saved, follow=True).content.decode()
    assert "This is a template" not in after
    assert "version 2" in after
    with tenancy.scope(merchant.pk):
        current = documents.current(Purpose(which))
        assert (current.version, current.text, current.text_en) == (2, "<h3>第一条</h3>", "<p>First</p>")


def test_a_store_reads_and_does_not_write(client_for):
    merchant = make_merchant()
    browser = client_for(merchant, "owner", make_store(merchant, "North"))
    assert "<textarea" not in browser.get("/privacy/terms").content.decode()
    assert browser.post("/privacy/terms", {"text": "x"}).status_code == 403
