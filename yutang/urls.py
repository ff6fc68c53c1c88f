from __future__ import annotations

from django.urls import include, path

from yutang.console.shell import views

urlpatterns = [
    path("healthz", views.health, name="health"),
    path("q/", include("yutang.links.urls")),
    path("media/", include("yutang.links.media.urls")),
    path("pay/", include("yutang.links.payments.urls")),
    path("s/<slug:shop>/", include("yutang.shop.urls")),
    path("api/v1/", include("yutang.api.urls")),
    path("", include("yutang.console.urls")),
]

handler400 = "yutang.console.shell.errors.bad_request"
handler403 = "yutang.console.shell.errors.forbidden"
handler404 = "yutang.console.shell.errors.not_found"
handler500 = "yutang.console.shell.errors.server_error"
