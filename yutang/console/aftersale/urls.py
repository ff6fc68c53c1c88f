from __future__ import annotations

from django.urls import path

from yutang.console.aftersale import acting, disputes, person, setting, views

urlpatterns = [
    path("aftersale", views.case_list, name="aftersale"),
    path("aftersale/score", setting.score, name="aftersale_score"),
    path("aftersale/settings", setting.settings, name="aftersale_settings"),
    path("aftersale/disputes", disputes.dispute_list, name="disputes"),
    path("aftersale/disputes/<int:dispute_id>", disputes.dispute, name="dispute"),
    path("aftersale/disputes/<int:dispute_id>/rule", disputes.rule, name="dispute_rule"),
    path("aftersale/evidence/<int:evidence_id>/<int:width>", views.picture, name="aftersale_picture"),
    path("aftersale/new/<int:shop_order_id>", acting.open_case, name="aftersale_new"),
    path("aftersale/<int:aftersale_id>", views.case, name="aftersale_case"),
    path("aftersale/<int:aftersale_id>/agree", acting.agree, name="aftersale_agree"),
    path("aftersale/<int:aftersale_id>/refuse", acting.refuse, name="aftersale_refuse"),
    path("aftersale/<int:aftersale_id>/receive", acting.receive, name="aftersale_receive"),
    path("aftersale/<int:aftersale_id>/reject", acting.reject, name="aftersale_reject"),
    path("aftersale/<int:aftersale_id>/resend", acting.resend, name="aftersale_resend"),
    path("aftersale/<int:aftersale_id>/evidence", acting.evidence, name="aftersale_evidence"),
    path("aftersale/<int:aftersale_id>/escalate", acting.escalate, name="aftersale_escalate"),
    path("aftersale/<int:aftersale_id>/note", acting.add_note, name="aftersale_note"),
    path("customers/<int:customer_id>/aftersale", person.cases, name="customer_aftersale"),
]
