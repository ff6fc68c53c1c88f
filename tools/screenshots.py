"""Pictures for the README: starts the demo in a folder of its own, photographs it and ends everything again.

    .venv/bin/python tools/screenshots.py [name …]

The pictures lie in docs/screenshots. Without names all of them are taken.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from yutang.cli.demo_accounts import OWNER, PASSWORD

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
SCALE = "0.3"
DESK, PHONE = (1440, 900), (390, 844)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"]
LIMIT = 150 * 1024
START_SECONDS = 600


@dataclass(frozen=True)
class Picture:
    name: str
    show: Callable[[Page], None]
    size: tuple[int, int] = DESK
    language: str = "zh-hans"


def home(page: Page) -> None:
    page.goto("/?range=year")
    page.wait_for_selector(".yt-trend canvas")


def customers(page: Page) -> None:
    page.goto("/customers?sort=net")


def customer(page: Page) -> None:
    """A good customer of the stores, who also buys elsewhere."""
    page.goto("/customers?source=pos&sort=net")
    page.locator("#results tbody tr a").first.click()
    page.wait_for_selector("#orders")


def import_report(page: Page) -> None:
    page.goto("/imports?q=pinduoduo")
    page.locator("#results tbody tr").first.locator("a").first.click()
    page.wait_for_selector(".yt-figures")


def segment_builder(page: Page) -> None:
    page.goto("/segments/new?rule=" + urllib.parse.quote(RULE))
    page.wait_for_selector("#live .ys-sample")
    page.locator("#name").fill("江浙沪沉睡老客")


def segment_compare(page: Page) -> None:
    page.goto("/segments")
    page.get_by_role("link", name="千元客户").click()
    page.get_by_role("link", name="差异分析").click()
    page.wait_for_selector(".ys-profiles")


def merge_review(page: Page) -> None:
    page.goto("/reviews")
    page.locator("#results tbody tr a").first.click()
    page.wait_for_selector("h2.page-title")


RULE = (
    '{"all": [{"any": [{"attr": "customers.city", "op": "in", "value": ["上海市", "杭州市", "苏州市"]},'
    ' {"attr": "orders.net_amount", "op": ">=", "value": 100000}]},'
    ' {"did": "orders.line", "count": {"op": ">=", "value": 3}, "count_of": "order_id"},'
    ' {"not": {"did": "orders.line", "within": "60d"}}]}'
)
PIXELS = """async (encoded) => {
  const image = new Image();
  image.src = "data:image/png;base64," + encoded;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const drawing = canvas.getContext("2d");
  drawing.drawImage(image, 0, 0);
  const data = drawing.getImageData(0, 0, image.width, image.height).data;
  const blob = new FileReader();
  const read = new Promise((resolve) => (blob.onload = resolve));
  blob.readAsDataURL(new Blob([data]));
  await read;
  return [image.width, image.height, blob.result.split(",")[1]];
}"""
PICTURES = (
    Picture("home", home),
    Picture("home-en", home, language="en"),
    Picture("home-phone", home, size=PHONE),
    Picture("customers", customers),
    Picture("customer", customer),
    Picture("customer-phone", customer, size=PHONE),
    Picture("import-report", import_report),
    Picture("segment-builder", segment_builder),
    Picture("segment-compare", segment_compare),
    Picture("merge-review", merge_review),
)


def main(wanted: list[str]) -> None:
    chosen = [picture for picture in PICTURES if not wanted or picture.name in wanted]
    if unknown := set(wanted) - {picture.name for picture in PICTURES}:
        sys.exit(f"No picture is called {', '.join(sorted(unknown))}; there are {', '.join(p.name for p in PICTURES)}.")
    chromium = shutil.which("chromium") or sys.exit("Pictures need Chromium: apt-get install chromium fonts-noto-cjk")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for picture in chosen:
            take(browser, address, picture)
        browser.close()


@contextlib.contextmanager
def demo() -> Iterator[str]:
    """The demo brand on a free port; its processes and its folder are gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="yutang-pictures-")
    Path(folder).chmod(0o711)  # started by root, PostgreSQL runs as somebody else and must pass through
    environment = {**os.environ, "YUTANG_HOME": folder}
    environment.pop("DATABASE_URL", None)
    command = [str(Path(sys.executable).with_name("yutang")), "demo", "--scale", SCALE, "--port", str(port)]
    running = subprocess.Popen(command, env=environment, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/healthz", running)
        yield address
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(address: str, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if running.poll() is not None:
            sys.exit(f"The demo ended with {running.returncode}.")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    sys.exit(f"The demo did not answer within {START_SECONDS} seconds.")


def take(browser: Browser, address: str, picture: Picture) -> None:
    width, height = picture.size
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": height}, reduced_motion="reduce", locale="zh-CN"
    )
    context.add_cookies([{"name": "django_language", "value": picture.language, "url": address}])
    page = context.new_page()
    page.goto("/login")
    page.locator("[name=email]").fill(OWNER)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_selector(".yt-brand")
    picture.show(page)
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_load_state("networkidle")
    path = FOLDER / f"{picture.name}.png"
    png = page.screenshot(animations="disabled")
    page.goto("about:blank")
    path.write_bytes(quantised(page, png))
    context.close()
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}  {size / 1024:.0f} KB{'  – too large' if size > LIMIT else ''}")


def quantised(page: Page, png: bytes) -> bytes:
    """The same picture in its 256 most frequent colours, every other pixel in the nearest of them."""
    width, height, pixels = page.evaluate(PIXELS, base64.b64encode(png).decode())
    rgb = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    colours, place, counts = np.unique(
        rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2], return_inverse=True, return_counts=True
    )
    channels = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    palette = channels[np.argsort(-counts)[:256]]
    nearest = np.array([((palette - colour) ** 2).sum(axis=1).argmin() for colour in channels], np.uint8)
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = nearest[place].reshape(height, width)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


if __name__ == "__main__":
    main(sys.argv[1:])
