"""Who is asking, and the merchant's tree."""

# Types are not postponed here: ninja reads them when it registers a view.

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from yutang.api.shapes import Ref
from yutang.areas.merchants import queries as merchants

router = Router(tags=["Account"])


class MerchantOut(Schema):
    slug: str
    name: str
    currency: str
    timezone: str


class KeyOut(Schema):
    id: Ref
    name: str
    scopes: list[str]
    node_id: Ref | None
    requests_per_minute: int
    expires_at: datetime | None


class MeOut(Schema):
    merchant: MerchantOut
    key: KeyOut


class OrgNodeOut(Schema):
    id: Ref
    parent_id: Ref | None
    kind: str
    ownership: str
    code: str
    name: str
    province: str
    city: str
    is_active: bool


class OrgNodesOut(Schema):
    items: list[OrgNodeOut]
    next_cursor: str | None = None


@router.get("/me", response=MeOut)
def me(request: HttpRequest) -> object:
    """The merchant and the key that asks. Any key may."""
    return {"merchant": request.merchant, "key": request.api_key}


@router.get("/org-nodes", response=OrgNodesOut)
def org_nodes(request: HttpRequest) -> object:
    """Headquarters, regions and stores that the key reaches, parents before children, all at once. Any key may."""
    nodes = merchants.tree()
    if request.api_key.node_id is not None:
        reach = merchants.descendants(frozenset({request.api_key.node_id}))
        nodes = [node for node in nodes if node.pk in reach]
    return {"items": nodes, "next_cursor": None}
