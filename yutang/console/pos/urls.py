from __future__ import annotations

from django.urls import path

from yutang.console.pos import counter, drawer, members, paying, perks, scanning, setup

urlpatterns = [
    path("pos", counter.till, name="pos"),
    path("pos/find", scanning.find, name="pos_find"),
    path("pos/scan", scanning.scan, name="pos_scan"),
    path("pos/pieces", counter.pieces, name="pos_pieces"),
    path("pos/price", counter.price, name="pos_price"),
    path("pos/coupon", perks.coupon, name="pos_coupon"),
    path("pos/points", perks.points, name="pos_points"),
    path("pos/park", counter.park, name="pos_park"),
    path("pos/take-up", counter.take_up, name="pos_take_up"),
    path("pos/empty", counter.empty, name="pos_empty"),
    path("pos/members", members.find, name="pos_members"),
    path("pos/member", members.choose, name="pos_member"),
    path("pos/members/enter", members.enter, name="pos_member_enter"),
    path("pos/members/new", members.create, name="pos_member_new"),
    path("pos/pay", paying.pay, name="pos_pay"),
    path("pos/sales", paying.sales, name="pos_sales"),
    path("pos/sales/<int:shop_order_id>", paying.sale, name="pos_sale"),
    path("pos/sales/<int:shop_order_id>/state", paying.state, name="pos_state"),
    path("pos/sales/<int:shop_order_id>/code", paying.code, name="pos_code"),
    path("pos/sales/<int:shop_order_id>/cash", paying.cash, name="pos_cash"),
    path("pos/sales/<int:shop_order_id>/balance", paying.balance, name="pos_balance"),
    path("pos/sales/<int:shop_order_id>/play", paying.play, name="pos_play"),
    path("pos/sales/<int:shop_order_id>/call-off", paying.call_off, name="pos_call_off"),
    path("pos/shift", drawer.mine, name="pos_shift"),
    path("pos/shift/move", drawer.move, name="pos_shift_move"),
    path("pos/shift/close", drawer.close, name="pos_shift_close"),
    path("pos/shifts", drawer.shift_list, name="pos_shifts"),
    path("pos/shifts/<int:shift_id>", drawer.shift, name="pos_shift_of"),
    path("pos/settings", setup.settings, name="pos_settings"),
]
