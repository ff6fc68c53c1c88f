from __future__ import annotations

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "yutang.areas.bookings"
    label = "bookings"

    def ready(self) -> None:
        from yutang.areas.bookings import privacy, reminding
        from yutang.areas.bookings.services import booking
        from yutang.areas.customers import merging
        from yutang.areas.payments import payables

        privacy.register()
        reminding.register()
        merging.register("bookings_booking", by_identity=True)
        merging.register("bookings_invitation", by_identity=False)
        payables.register(payables.Payable(booking.PAYABLE, lock=booking.due, settle=booking.settle))
