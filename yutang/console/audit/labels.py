"""What the log calls things. An action without a label here is shown by its code."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

ACTIONS: dict[str, str] = {
    "auth.login": gettext_noop("Logged in"),
    "auth.logout": gettext_noop("Logged out"),
    "auth.factor_failed": gettext_noop("Wrong second factor"),
    "auth.factor_on": gettext_noop("Second factor turned on"),
    "auth.factor_off": gettext_noop("Second factor turned off"),
    "auth.recovery_renewed": gettext_noop("New recovery codes"),
    "auth.password_changed": gettext_noop("Password changed"),
    "staff.add": gettext_noop("Colleague added"),
    "staff.grant": gettext_noop("Role given"),
    "staff.revoke": gettext_noop("Role taken away"),
    "staff.activate": gettext_noop("Colleague activated"),
    "staff.deactivate": gettext_noop("Colleague deactivated"),
    "staff.reset_factor": gettext_noop("Second factor reset"),
    "staff.password_link": gettext_noop("Password link made"),
    "roles.create": gettext_noop("Role made"),
    "roles.change": gettext_noop("Role changed"),
    "roles.delete": gettext_noop("Role deleted"),
    "nodes.create": gettext_noop("Region or store added"),
    "nodes.change": gettext_noop("Region or store changed"),
    "nodes.activate": gettext_noop("Region or store activated"),
    "nodes.deactivate": gettext_noop("Region or store deactivated"),
    "merchants.create": gettext_noop("Merchant set up"),
    "merchants.change": gettext_noop("Shop settings changed"),
    "customers.view": gettext_noop("Customer looked at"),
    "customers.unmask": gettext_noop("Full contact details looked at"),
    "customers.export": gettext_noop("Customers exported"),
    "customers.edit": gettext_noop("Customer changed"),
    "customers.note": gettext_noop("Note written"),
    "customers.merge": gettext_noop("Customers merged"),
    "customers.unmerge": gettext_noop("Merge undone"),
    "customers.split": gettext_noop("Accounts taken off a customer"),
    "customers.decide_case": gettext_noop("Merge case decided"),
    "customers.suggest": gettext_noop("Likely pairs looked for"),
    "privacy.consent": gettext_noop("Consent recorded"),
    "privacy.consent_text": gettext_noop("Consent text written"),
    "privacy.request_copy": gettext_noop("Copy of a person's data asked for"),
    "privacy.copied": gettext_noop("Copy of a person's data made"),
    "privacy.download_copy": gettext_noop("Copy of a person's data downloaded"),
    "privacy.request_erasure": gettext_noop("Erasure asked for"),
    "privacy.erased": gettext_noop("Person erased"),
    "privacy.erasure_failed": gettext_noop("Erasure left something"),
    "privacy.place_hold": gettext_noop("Legal hold placed"),
    "privacy.release_hold": gettext_noop("Legal hold released"),
    "privacy.retention": gettext_noop("Retention changed"),
    "privacy.retention_sweep": gettext_noop("Old data removed"),
    "imports.upload": gettext_noop("File uploaded"),
    "imports.start": gettext_noop("Import started"),
    "imports.save_mapping": gettext_noop("Column mapping saved"),
    "imports.run": gettext_noop("File imported"),
    "imports.cancel": gettext_noop("Import cancelled"),
    "segments.create": gettext_noop("Segment made"),
    "segments.update": gettext_noop("Segment changed"),
    "segments.schedule": gettext_noop("Segment scheduled"),
    "segments.archive": gettext_noop("Segment deleted"),
    "segments.export": gettext_noop("Segment exported"),
    "grades.set_ladder": gettext_noop("Fish tiers changed"),
    "tags.create_group": gettext_noop("Tag group made"),
    "tags.update_group": gettext_noop("Tag group changed"),
    "tags.archive_group": gettext_noop("Tag group deleted"),
    "tags.create": gettext_noop("Tag made"),
    "tags.update": gettext_noop("Tag changed"),
    "tags.archive": gettext_noop("Tag deleted"),
    "tags.give": gettext_noop("Tag given"),
    "tags.take": gettext_noop("Tag taken away"),
    "tags.start_run": gettext_noop("Bulk tagging started"),
    "tags.stop_run": gettext_noop("Bulk tagging stopped"),
    "tags.undo_run": gettext_noop("Bulk tagging undone"),
    "tags.record_life": gettext_noop("Life fact recorded"),
    "tags.change_life": gettext_noop("Life fact changed"),
    "tags.retire_life": gettext_noop("Life fact taken back"),
    "relations.give_role": gettext_noop("Role of a customer given"),
    "relations.take_role": gettext_noop("Role of a customer ended"),
    "relations.bring": gettext_noop("Bringer of a customer set"),
    "relations.forget_bringer": gettext_noop("Bringer of a customer taken back"),
    "relations.assign_guide": gettext_noop("Guide of a customer set"),
    "relations.release_guide": gettext_noop("Guide of a customer taken away"),
    "codes.create": gettext_noop("Code made"),
    "codes.change": gettext_noop("Code changed"),
    "codes.archive": gettext_noop("Code archived"),
    "codes.restore": gettext_noop("Code used again"),
    "ledger.adjust": gettext_noop("Balance corrected"),
    "ledger.discrepancy": gettext_noop("Ledger does not add up"),
    "api_keys.create": gettext_noop("API key made"),
    "api_keys.revoke": gettext_noop("API key revoked"),
}

OBJECTS: dict[str, str] = {
    "user": gettext_noop("Account"),
    "member": gettext_noop("Colleague"),
    "role": gettext_noop("Role"),
    "node": gettext_noop("Region or store"),
    "ladder": gettext_noop("Fish tiers"),
    "merchant": gettext_noop("Merchant"),
    "customer": gettext_noop("Customer"),
    "consent_text": gettext_noop("Consent text"),
    "retention": gettext_noop("Retention"),
    "order": gettext_noop("Order"),
    "segment": gettext_noop("Segment"),
    "tag": gettext_noop("Tag"),
    "tag_group": gettext_noop("Tag group"),
    "tagging_run": gettext_noop("Bulk tagging"),
    "code": gettext_noop("Channel code"),
    "import": gettext_noop("Import"),
    "import_run": gettext_noop("Import"),
    "review_case": gettext_noop("Merge case"),
    "suggestion_run": gettext_noop("Search for likely pairs"),
    "api_key": gettext_noop("API key"),
}

ACTORS: dict[str, str] = {
    "user": gettext_noop("Person"),
    "api_key": gettext_noop("API key"),
    "system": gettext_noop("System"),
}


def action(key: str) -> str:
    return gettext(ACTIONS[key]) if key in ACTIONS else key


def object_type(key: str) -> str:
    return gettext(OBJECTS[key]) if key in OBJECTS else key


def actor_kind(key: str) -> str:
    return gettext(ACTORS[key]) if key in ACTORS else key
