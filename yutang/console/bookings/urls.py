from __future__ import annotations

from django.urls import path

from yutang.console.bookings import desk, hub, person, setting

urlpatterns = [
    path("bookings", desk.day, name="bookings"),
    path("bookings/check-in", desk.check_in, name="booking_check_in"),
    path("bookings/sessions/<int:session_id>", desk.session, name="booking_session"),
    path("bookings/<int:booking_id>", desk.booking, name="booking"),
    path("bookings/<int:booking_id>/cancel", desk.cancel, name="booking_cancel"),
    path("bookings/<int:booking_id>/missed", desk.miss, name="booking_miss"),
    path("bookings/<int:booking_id>/not-missed", desk.unmiss, name="booking_unmiss"),
    path("bookings/experiences", setting.experiences, name="experiences"),
    path("bookings/experiences/new", setting.create, name="experience_new"),
    path("bookings/experiences/<int:experience_id>", setting.edit, name="experience"),
    path("bookings/resources", setting.resources, name="booking_resources"),
    path("bookings/resources/<int:resource_id>", setting.resource, name="booking_resource"),
    path("bookings/terms", setting.terms, name="booking_terms"),
    path("vip", hub.hub, name="vip"),
    path("vip/invitations", hub.invitations, name="vip_invitations"),
    path("vip/invitations/<int:invitation_id>/end", hub.end, name="vip_invitation_end"),
    path("customers/<int:customer_id>/bookings", person.bookings, name="customer_bookings"),
]
