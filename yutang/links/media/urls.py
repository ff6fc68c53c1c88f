"""Pictures of the shop, for everybody."""

from __future__ import annotations

from django.urls import path

from yutang.links.media import views

app_name = "media"
urlpatterns = [path("<int:merchant_id>/<str:digest>-<int:width>.webp", views.picture, name="picture")]
