from __future__ import annotations

from django.urls import path

from yutang.console.reviews import views

urlpatterns = [
    path("reviews", views.review_list, name="reviews"),
    path("reviews/look", views.look, name="review_look"),
    path("reviews/search", views.search, name="review_search"),
    path("reviews/<int:case_id>", views.review, name="review"),
    path("reviews/<int:case_id>/decide", views.decide, name="review_decide"),
]
