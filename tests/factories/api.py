from __future__ import annotations

import json
from typing import Any

from django.test import Client

from yutang.areas.openplatform import rules, services
from yutang.core import access, tenancy


class ApiClient:
    """Another system with a key: JSON in, JSON out, no cookies. Sees crashes as answers, as it would."""

    def __init__(self, token: str | None, key=None, language: str = "en") -> None:
        self.key, self.token = key, token
        self.headers = {"Accept-Language": language}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"
        self._client = Client()

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any):
        return self._client.get(f"/api/v1{path}", query, headers={**self.headers, **(headers or {})})

    def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None, **extra: Any):
        data = body if isinstance(body, bytes | str) else b"" if body is None else json.dumps(body)
        extra.setdefault("content_type", "application/json")
        return self._client.post(f"/api/v1{path}", data, headers={**self.headers, **(headers or {})}, **extra)

    def put(self, path: str, body: Any):
        return self._client.put(
            f"/api/v1{path}", json.dumps(body), headers=self.headers, content_type="application/json"
        )


def make_key(merchant, scopes=rules.SCOPES, *, actor=None, **overrides) -> services.Made:
    with tenancy.scope(merchant.pk):
        return services.create(
            **{"name": "ERP", "scopes": list(scopes), "actor": actor or access.system(merchant.pk), **overrides}
        )


def api_client(merchant, *scopes: str, language: str = "en", **overrides) -> ApiClient:
    """A client whose key has these scopes, or all."""
    made = make_key(merchant, scopes or rules.SCOPES, **overrides)
    return ApiClient(made.token, made.key, language)
