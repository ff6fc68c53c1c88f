from __future__ import annotations

from django.urls import path

from yutang.console.behaviour import people, views

urlpatterns = [
    path("behaviour", views.funnel, name="behaviour"),
    path("behaviour/frequency", views.frequency, name="behaviour_frequency"),
    path("behaviour/paths", views.paths, name="behaviour_paths"),
    path("behaviour/aisas", views.aisas, name="behaviour_aisas"),
    path("behaviour/people", people.people, name="behaviour_people"),
    path("behaviour/save", people.save, name="behaviour_save"),
]
