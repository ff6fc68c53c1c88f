from __future__ import annotations

from django.urls import path

from yutang.console.privacy import documents, person, views

urlpatterns = [
    path("privacy", views.request_list, name="privacy"),
    path("privacy/requests/<int:request_id>", views.request_page, name="privacy_request"),
    path("privacy/requests/<int:request_id>/file", views.download, name="privacy_copy"),
    path("privacy/requests/<int:request_id>/retry", views.retry, name="privacy_retry"),
    path("privacy/texts", views.texts, name="privacy_texts"),
    path("privacy/terms", documents.terms, name="privacy_terms"),
    path("privacy/policy", documents.policy, name="privacy_policy"),
    path("privacy/retention", views.retention_page, name="privacy_retention"),
    path("privacy/holds/<int:hold_id>/release", person.release, name="privacy_release"),
    path("customers/<int:customer_id>/privacy", person.overview, name="customer_privacy"),
    path("customers/<int:customer_id>/privacy/consent", person.consent, name="customer_consent"),
    path("customers/<int:customer_id>/privacy/copy", person.copy, name="customer_copy"),
    path("customers/<int:customer_id>/privacy/hold", person.hold, name="customer_hold"),
    path("customers/<int:customer_id>/privacy/erase", person.erase, name="customer_erase"),
]
