"""Aliyun SMS, by templates that were approved there. Its texts have one language each, so a reader's language chooses
nothing; what reaches a phone abroad needs a template of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import httpx
from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from yutang.areas.messaging.errors import BadPhone, Declined, NotConnected, Unanswered, Unreachable
from yutang.areas.messaging.models import SmsAccount
from yutang.areas.messaging.rules import MAINLAND_MOBILE
from yutang.connectors.sms_aliyun import errors
from yutang.connectors.sms_aliyun.client import Client, Credentials
from yutang.core import credentials as entries
from yutang.core import tenancy
from yutang.core.credentials import Field

_TEMPLATE = re.compile(r"SMS_\d{1,20}")


class Aliyun:
    key = "aliyun"
    label = gettext_noop("Aliyun SMS")
    shows_code = False
    fields = (
        Field("key_id", gettext_noop("AccessKey ID")),
        Field("key_secret", gettext_noop("AccessKey Secret"), is_secret=True),
        Field("sign_name", gettext_noop("Signature of the messages")),
        Field("template_code", gettext_noop("Template of codes")),
        Field("template_abroad", gettext_noop("Template of codes to phones abroad"), is_required=False),
    )

    def account_no(self, credentials: Mapping[str, str]) -> str:
        if not re.fullmatch(r"[0-9A-Za-z]{8,64}", credentials["key_id"]):
            raise ValueError(gettext("An AccessKey ID has letters and digits only."))
        for template in (credentials["template_code"], credentials["template_abroad"]):
            if template and not _TEMPLATE.fullmatch(template):
                raise ValueError(gettext("The code of a template looks like SMS_123456789."))
        return credentials["key_id"]

    def send(self, *, phone: str, code: str, purpose: str, language: str, merchant_id: int) -> None:
        del purpose, language
        values = _credentials(merchant_id)
        template = values["template_code" if MAINLAND_MOBILE.fullmatch(phone) else "template_abroad"]
        if not template:
            raise BadPhone(field="phone")
        client = Client(
            Credentials(values["key_id"], values["key_secret"]), http=http(), base_url=settings.ALIYUN_SMS_URL
        )
        try:
            client.send(phone=phone, sign_name=values["sign_name"], template_code=template, params={"code": code})
        except errors.WrongNumber as error:
            raise BadPhone(field="phone") from error
        except errors.NotReached as error:
            raise Unreachable from error
        except errors.OutcomeUnknown as error:
            raise Unanswered from error
        except errors.Refused as error:
            raise Declined(reason=error.code) from error


@cache
def http() -> httpx.Client:
    """One pool of connections a process; threads may share it."""
    return httpx.Client()


def _credentials(merchant_id: int) -> dict[str, str]:
    with tenancy.scope(merchant_id):
        account = SmsAccount.objects.filter(provider=Aliyun.key).first()
    if account is None:
        raise NotConnected
    return entries.opened(account.sealed, merchant_id)
