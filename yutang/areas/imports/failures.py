"""Errors of the import centre as people see them; `errors.py` holds those of the readers."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from yutang.core.errors import DomainError

FILE_REASONS = {
    "file.missing": gettext_noop("there is no file"),
    "file.empty": gettext_noop("the file is empty"),
    "file.not_a_table": gettext_noop("this is not a table (CSV or Excel)"),
    "file.no_header": gettext_noop("no row with column names was found"),
    "file.encoding_unreadable": gettext_noop("the characters cannot be read; save it as UTF-8 or GB18030"),
    "file.too_many_columns": gettext_noop("it has too many columns"),
    "file.too_large": gettext_noop("it is too large"),
    "file.unpacks_too_large": gettext_noop("it becomes too large when it is unpacked; split it or save it as CSV"),
    "file.too_slow": gettext_noop("reading it takes too long; split it or save it as CSV"),
    "file.is_xlsb": gettext_noop("it is an Excel binary workbook (.xlsb); save it as .xlsx"),
    "file.zip_corrupted": gettext_noop("the compressed file is damaged"),
    "file.sheet_corrupted": gettext_noop("the Excel file is damaged"),
    "file.quote_unclosed": gettext_noop("a quotation mark is never closed"),
    "file.kind_unknown": gettext_noop("its layout is not known; map its columns"),
    "file.columns_missing": gettext_noop("columns are missing"),
    "file.companion_missing": gettext_noop("the second report (orders or items) is missing"),
    "file.not_a_pair": gettext_noop("it does not belong to the first file: choose two reports of one platform"),
    "run.interrupted": gettext_noop("the import was interrupted; continue it, nothing is lost or doubled"),
}
ROW_REASONS = {
    "row.id_corrupted": gettext_noop("Excel has turned this number into 1.23E+17; export the column as text"),
    "row.date_unreadable": gettext_noop("this is not a date we can read"),
    "row.status_unknown": gettext_noop("this order status is not known; add it to the mapping"),
    "row.number_unreadable": gettext_noop("this is not a number"),
    "row.required": gettext_noop("this cell must not be empty"),
    "row.ragged": gettext_noop("the row has more or fewer cells than the header"),
    "row.too_large": gettext_noop("the number is too large"),
    "row.store_unknown": gettext_noop("there is no store with this code; add it under Settings"),
}
MAPPING_REASONS = {
    "toml": gettext_noop("this is not valid TOML"),
    "unknown": gettext_noop("this setting or field does not exist"),
    "required": gettext_noop("this must be set"),
    "status_unknown": gettext_noop("this is not one of our order statuses"),
    "pattern": gettext_noop("the pattern cannot be used"),
    "choice": gettext_noop("this is not one of the choices"),
    "not_a_boolean": gettext_noop("this must be true or false"),
    "not_a_table": gettext_noop("this must be a section with settings of its own"),
    "not_text": gettext_noop("this must be text"),
}


class FileUnreadable(DomainError):
    code = "imports.file_unreadable"
    message = gettext_noop("%(name)s cannot be imported: %(reason)s.")
    status = 422

    def __init__(self, *, field: str, name: str, code: str, detail: str) -> None:
        super().__init__(field=field, name=name, reason_code=code, detail=detail)

    def __str__(self) -> str:
        reason = gettext(FILE_REASONS.get(self.params["reason_code"], self.params["reason_code"]))
        detail = f" ({self.params['detail']})" if self.params["detail"] else ""
        return gettext(self.message) % {"name": self.params["name"], "reason": reason + detail}


class FilesUnfit(DomainError):
    code = "imports.files_unfit"
    message = gettext_noop("Choose one file, or the two reports that belong together.")
    status = 422


class MappingUnusable(DomainError):
    code = "imports.mapping_unusable"
    message = gettext_noop("Mapping, %(setting)s: %(reason)s.")
    status = 422

    def __init__(self, *, field: str, setting: str, code: str, detail: str) -> None:
        super().__init__(field=field, setting=setting, reason_code=code, detail=detail)

    def __str__(self) -> str:
        reason = gettext(MAPPING_REASONS.get(self.params["reason_code"], self.params["reason_code"]))
        detail = f" ({self.params['detail']})" if self.params["detail"] else ""
        return gettext(self.message) % {"setting": self.params["setting"] or "TOML", "reason": reason + detail}


class NotRunnable(DomainError):
    code = "imports.not_runnable"
    message = gettext_noop("This import cannot be started or changed now (%(state)s).")
    status = 409
