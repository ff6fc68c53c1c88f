"""Visits every page of a running demo as its owner; prints what does not answer. Started by `yutang demo --check`."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

from yutang.cli.demo_accounts import OWNER, PASSWORD, SHOP

# Enough to reach every kind of page; the pages of single customers and orders are all alike.
MOST_PER_KIND = 3
MOST_PAGES = 2_000  # more is a circle of links


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = {"a": "href", "link": "href", "script": "src", "img": "src", "use": "href"}.get(tag)
        self.found.extend(value for name, value in attrs if name == wanted and value)


def main(host: str, port: str) -> int:
    base = f"http://{host}:{port}/"
    with httpx.Client(base_url=base, follow_redirects=True, timeout=60) as client:
        _log_in(client)
        return _crawl(client, base)


def _log_in(client: httpx.Client) -> None:
    page = client.get("/login")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    if token is None:
        raise SystemExit("the log-in page has no form")
    answer = client.post(
        "/login",
        data={"csrfmiddlewaretoken": token[1], "email": OWNER, "password": PASSWORD},
        headers={"Referer": str(page.url)},
    )
    if "/login" in answer.url.path:
        raise SystemExit("the owner of the demo cannot log in")


def _crawl(client: httpx.Client, base: str) -> int:
    waiting = ["/", f"/s/{SHOP}/"]
    seen, kinds, bad = set(waiting), {}, []
    visited = 0
    while waiting and visited < MOST_PAGES:
        address = waiting.pop(0)
        answer = client.get(address)
        visited += 1
        if answer.status_code != 200:
            bad.append(f"{answer.status_code} {address}")
            continue
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        if "Traceback" in answer.text:
            bad.append(f"traceback {address}")
        links = _Links()
        links.feed(answer.text)
        for link in links.found:
            target = urlsplit(urljoin(urljoin(base, address), link))
            path = target.path + (f"?{target.query}" if target.query else "")
            kind = re.sub(r"\d+", "0", target.path) + ("?" if target.query else "")
            if target.netloc != urlsplit(base).netloc or path in seen or kinds.get(kind, 0) >= MOST_PER_KIND:
                continue
            seen.add(path)
            kinds[kind] = kinds.get(kind, 0) + 1
            waiting.append(path)
    if waiting:
        bad.append(f"stopped with {len(waiting)} pages not visited")
    print(f"{visited} pages visited, {len(bad)} bad")
    print("\n".join(bad))
    return 1 if bad or visited < 20 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
