from __future__ import annotations

from django.urls import path

from yutang.console.channels import views

urlpatterns = [path("settings/wechat", views.wechat, name="wechat")]
