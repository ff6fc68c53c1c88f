"""What can be wrong with a whole file. What is wrong with one row is a `RowError` (see `schema.py`)."""

from __future__ import annotations


class ImportFileError(Exception):
    """The file as a whole cannot be read. `code` is stable and translated on screen; `detail` is for the reader.

    Codes: file.missing, file.empty, file.not_a_table, file.no_header, file.encoding_unreadable,
    file.too_many_columns, file.too_large, file.unpacks_too_large, file.too_slow, file.is_xlsb, file.zip_corrupted,
    file.sheet_corrupted, file.quote_unclosed, file.kind_unknown, file.columns_missing, file.companion_missing.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class MappingError(Exception):
    """A mapping that cannot work; `field` names the setting to look at."""

    def __init__(self, field: str, code: str, detail: str = "") -> None:
        super().__init__(f"{field}: {code}" + (f" ({detail})" if detail else ""))
        self.field = field
        self.code = code
        self.detail = detail
