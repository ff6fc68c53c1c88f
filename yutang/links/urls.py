"""Short links of QR codes: what people outside scan."""

from __future__ import annotations

from django.urls import path

from yutang.links import views

app_name = "links"
urlpatterns = [path("<slug:slug>", views.scan, name="scan")]
