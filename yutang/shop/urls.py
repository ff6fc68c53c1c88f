"""Addresses of a brand's shop, all below /s/<slug of the brand>/."""

from __future__ import annotations

from django.urls import path

from yutang.shop import manifest, recording
from yutang.shop.account import addresses, agreeing, language, login, notices, phone, wechat
from yutang.shop.aftersale import acting, asking
from yutang.shop.aftersale import views as cases
from yutang.shop.booking import views as booking
from yutang.shop.browse import product, views
from yutang.shop.buying import cart, checkout, paying
from yutang.shop.coupons import views as coupons
from yutang.shop.decorated import views as decorated
from yutang.shop.membership import views as membership
from yutang.shop.missions import views as missions
from yutang.shop.orders import invoicing
from yutang.shop.orders import views as orders
from yutang.shop.points import views as points
from yutang.shop.reviewing import views as reviewing
from yutang.shop.sharing import views as posters
from yutang.shop.stores import views as stores
from yutang.shop.wallet import views as wallet

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
    path("p/<int:product_id>/poster.jpg", posters.product, name="product_poster"),
    path("p/<slug:page_slug>/", decorated.topic, name="topic"),
    path("p/<slug:page_slug>/poster.jpg", posters.topic, name="topic_poster"),
    path("poster.jpg", posters.home, name="home_poster"),
    path("preview/<str:token>", decorated.preview, name="preview"),
    path("stores", stores.store_list, name="stores"),
    path("cart", cart.show, name="cart"),
    path("cart/put", cart.put, name="cart_put"),
    path("cart/change", cart.change, name="cart_change"),
    path("checkout", checkout.checkout, name="checkout"),
    path("checkout/place", checkout.place, name="place"),
    path("pay/<slug:payable>/<int:payable_id>", paying.pay, name="pay"),
    path("pay/<slug:payable>/<int:payable_id>/start", paying.start, name="start_paying"),
    path("pay/<slug:payable>/<int:payable_id>/ask", paying.ask, name="ask_payment"),
    path("pay/<slug:payable>/<int:payable_id>/state", paying.state, name="pay_state"),
    path("sandbox/<slug:no>", paying.sandbox, name="sandbox"),
    path("orders", orders.order_list, name="orders"),
    path("orders/<int:order_id>", orders.order, name="order"),
    path("orders/<int:order_id>/close", orders.close, name="close_order"),
    path("orders/<int:order_id>/received", orders.received, name="order_received"),
    path("orders/<int:order_id>/review", reviewing.review, name="review_order"),
    path("orders/<int:order_id>/aftersale", asking.ask, name="ask"),
    path("aftersale", cases.case_list, name="cases"),
    path("aftersale/<int:aftersale_id>", cases.case, name="case"),
    path("aftersale/<int:aftersale_id>/change", asking.change, name="change_case"),
    path("aftersale/<int:aftersale_id>/withdraw", acting.withdraw, name="withdraw_case"),
    path("aftersale/<int:aftersale_id>/accept", acting.accept, name="accept_offer"),
    path("aftersale/<int:aftersale_id>/sent", acting.send_back, name="send_back"),
    path("aftersale/<int:aftersale_id>/escalate", acting.escalate, name="escalate_case"),
    path("aftersale/<int:aftersale_id>/evidence", acting.evidence, name="add_evidence"),
    path("aftersale/evidence/<int:evidence_id>/<int:width>", cases.picture, name="evidence"),
    path("orders/<int:order_id>/address", orders.change_address, name="order_address"),
    path("orders/<int:order_id>/invoice", invoicing.invoice, name="order_invoice"),
    path("orders/<int:order_id>/invoice/withdraw", invoicing.withdraw, name="withdraw_invoice"),
    path("orders/<int:order_id>/extend", orders.extend, name="extend_order"),
    path("vip", booking.hub, name="vip"),
    path("experiences", booking.experiences, name="experiences"),
    path("experiences/<int:experience_id>", booking.experience, name="experience"),
    path("experiences/<int:experience_id>/book", booking.book, name="book"),
    path("bookings", booking.mine, name="bookings"),
    path("bookings/<int:booking_id>", booking.booking, name="booking"),
    path("bookings/<int:booking_id>/cancel", booking.cancel, name="cancel_booking"),
    path("bookings/<int:booking_id>/take", booking.take, name="take_booking"),
    path("coupons", coupons.centre, name="coupon_centre"),
    path("coupons/<int:coupon_template_id>/claim", coupons.claim, name="claim_coupon"),
    path("coupons/gift/<slug:coupon_token>", coupons.gift, name="coupon_gift"),
    path("coupons/gift/<slug:coupon_token>/take", coupons.accept, name="accept_coupon"),
    path("me/coupons", coupons.mine, name="coupons"),
    path("me/coupons/redeem", coupons.redeem, name="redeem_coupon"),
    path("me/coupons/<int:coupon_id>/give", coupons.offer, name="offer_coupon"),
    path("terms", agreeing.terms, name="terms"),
    path("privacy", agreeing.policy, name="policy"),
    path("language", language.choose, name="language"),
    path("login", login.login, name="login"),
    path("login/code", login.send_code, name="send_code"),
    path("login/wechat", wechat.leave, name="wechat"),
    path("login/wechat/back", wechat.back, name="wechat_back"),
    path("logout", login.logout, name="logout"),
    path("me", login.me, name="me"),
    path("me/notices", notices.notices, name="notices"),
    path("points", points.statement, name="points"),
    path("points/exchange", points.exchange_shop, name="exchange_shop"),
    path("points/exchange/<int:offer_id>", points.exchange, name="exchange"),
    path("points/exchanges", points.exchanges, name="exchanges"),
    path("missions", missions.missions, name="missions"),
    path("missions/check-in", missions.check_in, name="check_in"),
    path("missions/share", missions.share, name="share"),
    path("missions/profile", missions.complete_profile, name="complete_profile"),
    path("wallet", wallet.balance, name="wallet"),
    path("wallet/recharge", wallet.recharge, name="recharge"),
    path("wallet/code", wallet.code, name="pay_code"),
    path("wallet/redeem", wallet.redeem, name="redeem_card"),
    path("wallet/name", wallet.name, name="real_name"),
    path("me/phone", phone.bind, name="bind_phone"),
    path("me/phone/code", phone.send_code, name="send_bind_code"),
    path("membership", membership.membership, name="membership"),
    path("membership/growth", membership.growth, name="my_growth"),
    path("membership/cards", membership.cards, name="my_cards"),
    path("membership/cards/<int:card_id>", membership.card, name="member_card"),
    path("membership/cards/<int:card_id>/refund", membership.refund, name="refund_card"),
    path("membership/buy/<int:plan_id>", membership.buy, name="buy_card"),
    path("membership/activate", membership.activate, name="activate_card"),
    path("membership/gift/<slug:gift_code>", membership.gift, name="card_gift"),
    path("me/addresses", addresses.address_list, name="addresses"),
    path("me/addresses/new", addresses.create, name="create_address"),
    path("me/addresses/<int:address_id>", addresses.edit, name="edit_address"),
    path("me/addresses/<int:address_id>/delete", addresses.delete, name="delete_address"),
]
