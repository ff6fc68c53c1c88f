"""Addresses of a brand's shop, all below /s/<slug of the brand>/."""

from __future__ import annotations

from django.urls import path

from yutang.shop import manifest, recording
from yutang.shop.account import addresses, login
from yutang.shop.browse import product, views
from yutang.shop.buying import cart, checkout, paying
from yutang.shop.orders import views as orders

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("manifest.webmanifest", manifest.manifest, name="manifest"),
    path("seen", recording.seen, name="seen"),
    path("c", views.categories, name="categories"),
    path("c/<int:category_id>", views.category, name="category"),
    path("search", views.search, name="search"),
    path("suggest", views.suggest, name="suggest"),
    path("p/<int:product_id>", product.product, name="product"),
    path("p/<int:product_id>/reviews", product.reviews, name="reviews"),
    path("cart", cart.show, name="cart"),
    path("cart/put", cart.put, name="cart_put"),
    path("cart/change", cart.change, name="cart_change"),
    path("checkout", checkout.checkout, name="checkout"),
    path("checkout/place", checkout.place, name="place"),
    path("pay/<int:order_id>", paying.pay, name="pay"),
    path("pay/<int:order_id>/start", paying.start, name="start_paying"),
    path("pay/<int:order_id>/state", paying.state, name="pay_state"),
    path("sandbox/<slug:no>", paying.sandbox, name="sandbox"),
    path("orders", orders.order_list, name="orders"),
    path("orders/<int:order_id>", orders.order, name="order"),
    path("orders/<int:order_id>/close", orders.close, name="close_order"),
    path("orders/<int:order_id>/received", orders.received, name="order_received"),
    path("orders/<int:order_id>/address", orders.change_address, name="order_address"),
    path("orders/<int:order_id>/extend", orders.extend, name="extend_order"),
    path("login", login.login, name="login"),
    path("login/code", login.send_code, name="send_code"),
    path("logout", login.logout, name="logout"),
    path("me", login.me, name="me"),
    path("me/addresses", addresses.address_list, name="addresses"),
    path("me/addresses/new", addresses.create, name="create_address"),
    path("me/addresses/<int:address_id>", addresses.edit, name="edit_address"),
    path("me/addresses/<int:address_id>/delete", addresses.delete, name="delete_address"),
]
