"""Forms of the console: what a service refuses stands beside the field it is about."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from yutang.core.errors import DomainError, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.forms import BaseForm


@contextmanager
def errors_of(form: BaseForm) -> Iterator[None]:
    """Around the call of a service; a refusal becomes an error of the form. A missing permission stays a refusal.

    with errors_of(form):
        staff.invite(**form.cleaned_data, actor=request.actor)
        return redirect("console:staff")
    return render(request, …, status=422)
    """
    try:
        yield
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
