"""Connecting the Official Account, and asking WeChat who opened a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext, gettext_noop

from yutang.areas.channels import queries
from yutang.areas.channels.errors import Declined, NotConnected, NotRecognised, SnapshotPage, Unreachable
from yutang.areas.channels.models import OfficialAccount
from yutang.connectors.wechat import client as wechat
from yutang.connectors.wechat import errors
from yutang.core import audit, clock, logs, tenancy
from yutang.core import credentials as entries
from yutang.core.credentials import Field
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from yutang.core.access import Actor

FIELDS = (
    Field("app_id", gettext_noop("App ID of the Official Account")),
    Field("secret", gettext_noop("App secret"), is_secret=True),
)
_APP_ID, _SECRET = re.compile(r"wx[0-9a-zA-Z]{16}"), re.compile(r"[0-9a-zA-Z]{32}")

log = logs.get(__name__)


@dataclass(frozen=True)
class Recognised:
    """Who WeChat says it is. `unionid` and `name` are empty where it does not say."""

    app_id: str
    openid: str = field(repr=False)
    unionid: str = field(repr=False)
    name: str = field(repr=False)

    @property
    def accounts(self) -> dict[str, str]:
        """Kind of account → value, as customers know them; the OpenID is one of the app."""
        return {"openid": self.openid} | ({"unionid": self.unionid} if self.unionid else {})


@transaction.atomic
def save_account(*, credentials: Mapping[str, str], is_active: bool = True, actor: Actor) -> OfficialAccount:
    """Connects the merchant's Official Account, or changes that. A secret left empty stays as it was. Invalid."""
    queries.require_everything(actor)
    account = OfficialAccount.objects.select_for_update().first()
    before = entries.opened(account.sealed, actor.merchant_id) if account else {}
    values = entries.entered(FIELDS, credentials, before)
    for shape, name, reason in (
        (_APP_ID, "app_id", gettext("It begins with wx and has 18 letters and digits.")),
        (_SECRET, "secret", gettext("It has 32 letters and digits.")),
    ):
        if not shape.fullmatch(values[name]):
            label = next(one.label for one in FIELDS if one.name == name)
            raise Invalid(field=name, field_label=gettext(label), reason=reason)
    now = clock.now()
    changed = {
        "app_id": values["app_id"], "is_active": is_active, "updated_at": now,
        "sealed": entries.sealed(values, actor.merchant_id),
    }  # fmt: skip
    saved, _ = OfficialAccount.objects.update_or_create(
        merchant_id=actor.merchant_id, defaults=changed,
        create_defaults={**changed, "created_by": actor.name, "created_at": now},
    )  # fmt: skip
    audit.record(
        "channels.save_account", actor=actor, object_type="official_account", object_id=saved.pk,
        detail={"app_id": saved.app_id, "is_active": is_active},
    )  # fmt: skip
    return saved


def authorise_url(*, redirect_uri: str, state: str, wants_name: bool) -> str:
    """Where to send a browser of WeChat, of the merchant in scope; it comes back to `redirect_uri` with a code and the
    `state`. With `wants_name` WeChat asks the person first. NotConnected."""
    app_id = queries.app_id()
    if not app_id:
        raise NotConnected
    scope = wechat.Scope.USERINFO if wants_name else wechat.Scope.BASE
    return wechat.authorise_url(
        app_id=app_id, redirect_uri=redirect_uri, scope=scope, state=state, base_url=settings.WECHAT_PAGES_URL
    )


def recognise(*, code: str, wants_name: bool, actor: Actor) -> Recognised:
    """Exchanges a code that a browser brought; each works once. Call outside any transaction.
    NotConnected, NotRecognised, SnapshotPage, Unreachable, Declined."""
    if connection.in_atomic_block:
        raise RuntimeError("WeChat is asked outside any transaction")
    with tenancy.scope(actor.merchant_id):
        account = OfficialAccount.objects.filter(is_active=True).first()
    if account is None:
        raise NotConnected
    values = entries.opened(account.sealed, actor.merchant_id)
    client = wechat.Client(
        wechat.Credentials(values["app_id"], values["secret"]), http=http(), base_url=settings.WECHAT_URL
    )
    try:
        grant = client.exchange(code)
        profile = client.profile(grant) if wants_name else wechat.Profile("")
    except errors.BadCode as error:
        raise NotRecognised from error
    except errors.Snapshot as error:
        raise SnapshotPage from error
    except errors.Unanswered as error:
        raise Unreachable from error
    except errors.Refused as error:
        log.warning("channels.declined", merchant=actor.merchant_id, code=error.code)
        raise Declined from error
    return Recognised(account.app_id, grant.openid, grant.unionid or profile.unionid, profile.nickname)


@cache
def http() -> httpx.Client:
    """One pool of connections a process; threads may share it."""
    return httpx.Client()
