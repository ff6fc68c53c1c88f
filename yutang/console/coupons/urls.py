from __future__ import annotations

from django.urls import path

from yutang.console.coupons import coding, person, runs, views

urlpatterns = [
    path("coupons", views.coupon_list, name="coupons"),
    path("coupons/new", views.create, name="coupon_new"),
    path("coupons/runs", runs.run_list, name="coupon_runs"),
    path("coupons/runs/new", runs.start, name="coupon_run_new"),
    path("coupons/runs/<int:coupon_run_id>", runs.run, name="coupon_run"),
    path("coupons/runs/<int:coupon_run_id>/result", runs.result, name="coupon_run_result"),
    path("coupons/runs/<int:coupon_run_id>/stop", runs.stop, name="coupon_run_stop"),
    path("coupons/runs/<int:coupon_run_id>/resume", runs.resume, name="coupon_run_resume"),
    path("coupons/<int:coupon_template_id>", views.detail, name="coupon"),
    path("coupons/<int:coupon_template_id>/edit", views.edit, name="coupon_edit"),
    path("coupons/<int:coupon_template_id>/state", views.set_state, name="coupon_state"),
    path("coupons/<int:coupon_template_id>/codes", coding.make, name="coupon_codes"),
    path("coupons/codes/<int:coupon_batch_id>/export", coding.export, name="coupon_codes_export"),
    path("customers/<int:customer_id>/coupons", person.coupons, name="customer_coupons"),
    path("customers/<int:customer_id>/coupons/issue", person.issue, name="customer_coupon_issue"),
    path("customers/<int:customer_id>/coupons/<int:coupon_id>/withdraw", person.withdraw, name="customer_coupon_back"),
]
