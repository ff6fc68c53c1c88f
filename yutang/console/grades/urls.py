from __future__ import annotations

from django.urls import path

from yutang.console.grades import people, tiers, views

urlpatterns = [
    path("grades", views.rfm, name="grades"),
    path("grades/movement", views.movement, name="grades_movement"),
    path("grades/pareto", views.pareto, name="grades_pareto"),
    path("grades/tiers", tiers.tiers, name="grades_tiers"),
    path("grades/dormant", people.dormant, name="grades_dormant"),
    path("grades/people", people.people, name="grades_people"),
    path("grades/save", people.save, name="grades_save"),
]
