"""The translations, without any program of gettext on the machine.

    tools/messages.py update    finds every text and brings the catalogue up to date, keeping what is translated
    tools/messages.py check     fails where the catalogue is not up to date, complete and sound
    tools/messages.py compile   makes the .mo file that pages read (tools/setup does it)
    tools/messages.py extract   prints every text that can be translated
    tools/messages.py missing   prints those that are not translated yet

Texts are English in the source; marked by gettext and its sisters in Python, by {% translate %} in templates. Scripts
hold no text: pages hand it to them in data attributes.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "yutang"
LOCALE = "zh_Hans"
PO = PACKAGE / "locale" / LOCALE / "LC_MESSAGES" / "django.po"

# name -> which arguments are (message, plural); "c" marks the context
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# No dates and no names: a second run changes nothing, and merges do not quarrel.
HEADER = f"""# Chinese texts of Yutang. tools/messages.py keeps the list; people write the translations.
msgid ""
msgstr ""
"Language: {LOCALE}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*[\d.]*[a-z]|%[sd]|(?<!\{)\{\w*\}(?!\})")


def template() -> Catalog:
    """Every text of the source, as an empty catalogue."""
    catalog = Catalog(locale=LOCALE)
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix not in {".py", ".html"} or "static" in path.parts or "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            source = _as_python(source, str(path))
        for _, function, message, comments in _texts(source, path):
            context, ids = _arguments(function, message)
            if ids and ids != "":
                catalog.add(ids, context=context, auto_comments=comments)
    return catalog


def _as_python(source: str, origin: str) -> str:
    """Django's own rewriting of a template into gettext calls between X's; indentation would confuse the tokenizer."""
    from django.utils.translation.template import templatize

    return "\n".join(line.strip() for line in templatize(source, origin=origin).splitlines())


def _texts(source: str, path: Path) -> list[tuple]:
    try:
        return list(
            extract_python(io.BytesIO(source.encode()), list(KEYWORDS), ["Translators:"], {"encoding": "utf-8"})
        )
    except (SyntaxError, IndentationError) as error:
        raise SystemExit(f"{path.relative_to(ROOT)}: {error}") from error


def _arguments(function: str, message: str | tuple | None) -> tuple[str | None, str | tuple[str, str] | None]:
    """(context, id or (singular, plural)); a call without a literal text counts as none."""
    parts = message if isinstance(message, tuple) else (message,)
    context = parts[0] if "pgettext" in function else None
    texts = parts[1:] if "pgettext" in function else parts
    if function.startswith(("ngettext", "npgettext")):
        return (context, (texts[0], texts[1])) if len(texts) > 1 and texts[0] and texts[1] else (None, None)
    return (context, texts[0]) if texts and texts[0] else (None, None)


def stored() -> Catalog:
    if not PO.exists():
        return Catalog(locale=LOCALE)
    with PO.open("rb") as file:
        return read_po(file, locale=LOCALE)


def updated() -> str:
    """The file as it should be: today's texts with yesterday's translations, sorted, one line each."""
    old = {_key(message): message for message in stored() if message.id}
    catalog = Catalog(locale=LOCALE)
    for message in sorted(template(), key=lambda m: (_key(m)[0], _key(m)[1] or "")):
        if not message.id:
            continue
        known = old.get(_key(message))
        text = known.string if known else None
        flags = {flag for flag in (known.flags if known else ()) if flag == "fuzzy"}
        catalog.add(message.id, text, flags=flags, auto_comments=message.auto_comments, context=message.context)
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, no_location=True, omit_header=True, ignore_obsolete=True)
    return HEADER + buffer.getvalue().decode()


def _key(message: object) -> tuple[str, str | None]:
    return (message.id if isinstance(message.id, str) else message.id[0], message.context)


def _strings(message: object) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def untranslated() -> list[str]:
    wanted = {_key(message) for message in template() if message.id}
    done = {_key(message) for message in stored() if message.id and all(_strings(message))}
    return [text for text, _ in sorted(wanted - done, key=lambda key: (key[0], key[1] or ""))]


def problems() -> list[str]:
    catalog = {_key(message): message for message in stored() if message.id}
    wanted = {_key(message): message for message in template() if message.id}
    found = [f"missing in the catalogue: {text!r}" for text, _ in sorted(set(wanted) - set(catalog), key=str)]
    found += [f"no longer in the source: {text!r}" for text, _ in sorted(set(catalog) - set(wanted), key=str)]
    for key, message in catalog.items():
        if not all(_strings(message)):
            found.append(f"not translated: {key[0]!r}")
        if message.fuzzy:
            found.append(f"fuzzy: {key[0]!r}")
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        expected = {match for text in ids for match in PLACEHOLDER.findall(text)}
        for text in filter(None, _strings(message)):
            if set(PLACEHOLDER.findall(text)) != expected:
                found.append(f"placeholders differ: {key[0]!r} -> {text!r}")
    if not found and PO.read_text(encoding="utf-8") != updated():
        found.append("the file is not in order; run tools/messages.py update")
    return found


def compile_catalogue() -> None:
    target = PO.with_suffix(".mo")
    buffer = io.BytesIO()
    write_mo(buffer, stored())
    if not target.exists() or target.read_bytes() != buffer.getvalue():
        draft = target.with_suffix(".draft")
        draft.write_bytes(buffer.getvalue())
        draft.replace(target)


def main() -> int:
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command == "extract":
        print("\n".join(_key(message)[0] for message in template() if message.id))
    elif command == "missing":
        print("\n".join(untranslated()))
    elif command == "update":
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_text(updated(), encoding="utf-8")
        print(f"{len(untranslated())} texts to translate")
    elif command == "check":
        found = problems()
        print("\n".join(found), file=sys.stderr)
        return 1 if found else 0
    elif command == "compile":
        compile_catalogue()
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
