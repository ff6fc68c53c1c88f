from __future__ import annotations


def test_the_frame_shows_the_merchant_and_the_person(client_for, merchant):
    page = client_for(merchant, name="Lin").get("/account").content.decode()
    assert merchant.name in page
    assert "Lin" in page
    assert '<html lang="en">' in page


def test_a_stranger_is_sent_to_the_login_and_back(client, db):
    response = client.get("/account?x=1")
    assert response.status_code == 302
    assert response["Location"] == "/login?next=%2Faccount%3Fx%3D1"
    htmx = client.get("/account", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/account"})
    assert htmx["HX-Redirect"].startswith("/login?next=")


def test_unknown_address_is_a_page(client_for, merchant):
    response = client_for(merchant).get("/nowhere")
    assert response.status_code == 404
    assert "This page does not exist" in response.content.decode()


def test_health(client, db):
    assert client.get("/healthz").json() == {"status": "ok"}
