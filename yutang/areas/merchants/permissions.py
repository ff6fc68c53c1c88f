"""Every permission there is, and the presets. A permission is `area.verb`; a grant is (role, org node)."""

from __future__ import annotations

from django.utils.translation import gettext_noop

PERMISSIONS: dict[str, str] = {
    "home.view": gettext_noop("See the home page and figures"),
    "customers.view": gettext_noop("See customers"),
    "customers.edit": gettext_noop("Change customers and write notes"),
    "customers.unmask": gettext_noop("See full phones, e-mails and addresses"),
    "customers.export": gettext_noop("Export customers"),
    "customers.merge": gettext_noop("Merge, unmerge and decide review cases"),
    "privacy.view": gettext_noop("See consent and requests about personal data"),
    "privacy.manage": gettext_noop("Record consent, write its texts, set how long data is kept"),
    "privacy.export": gettext_noop("Hand out a copy of everything known of a person"),
    "privacy.erase": gettext_noop("Erase people"),
    "orders.view": gettext_noop("See orders"),
    "catalog.view": gettext_noop("See products"),
    "catalog.edit": gettext_noop("Change products, categories, freight and regions"),
    "reviews.reply": gettext_noop("Answer, hide and show reviews"),
    "segments.view": gettext_noop("See segments"),
    "segments.edit": gettext_noop("Build segments"),
    "grades.view": gettext_noop("See value grades"),
    "grades.edit": gettext_noop("Set the ladder of fish tiers"),
    "tags.view": gettext_noop("See tags, their rules and runs"),
    "tags.give": gettext_noop("Tag customers"),
    "tags.bulk": gettext_noop("Tag many customers at once"),
    "tags.edit": gettext_noop("Define tags and their rules"),
    "relations.edit": gettext_noop("Set roles, bringers and guides of customers"),
    "life.edit": gettext_noop("Record life facts of customers"),
    "life.sensitive": gettext_noop("See and record health notes"),
    "imports.view": gettext_noop("See imports"),
    "imports.run": gettext_noop("Import files"),
    "interactions.write": gettext_noop("Record interactions"),
    "interactions.view": gettext_noop("See channel codes and behaviour"),
    "interactions.codes": gettext_noop("Make channel codes"),
    "ledger.view": gettext_noop("See balances and postings"),
    "ledger.adjust": gettext_noop("Correct balances"),
    "staff.view": gettext_noop("See staff and roles"),
    "staff.edit": gettext_noop("Manage staff and roles"),
    "audit.view": gettext_noop("Read the audit log"),
    "settings.edit": gettext_noop("Change settings"),
    "api_keys.manage": gettext_noop("Manage API keys"),
}

# Who holds one of these must prove more than a password (Merchant.second_factor = "privileged").
PRIVILEGED = frozenset({"staff.edit", "privacy.erase", "ledger.adjust", "settings.edit"})

# area -> its name on screen; order is the order on screen
AREAS: dict[str, str] = {
    "home": gettext_noop("Home"),
    "customers": gettext_noop("Customers"),
    "privacy": gettext_noop("Personal data"),
    "orders": gettext_noop("Orders"),
    "catalog": gettext_noop("Products"),
    "reviews": gettext_noop("Reviews"),
    "segments": gettext_noop("Segments"),
    "grades": gettext_noop("Value grades"),
    "tags": gettext_noop("Tags"),
    "relations": gettext_noop("Relations"),
    "life": gettext_noop("Life facts"),
    "imports": gettext_noop("Import centre"),
    "interactions": gettext_noop("Interactions"),
    "ledger": gettext_noop("Balances"),
    "staff": gettext_noop("Staff and roles"),
    "audit": gettext_noop("Audit log"),
    "settings": gettext_noop("Settings"),
    "api_keys": gettext_noop("API keys"),
}

_LOOK = ["home.view", "customers.view", "orders.view", "segments.view", "grades.view", "tags.view"]

# key -> (name, permissions); order is the order on screen
PRESETS: dict[str, tuple[str, list[str]]] = {
    "owner": (gettext_noop("Owner"), list(PERMISSIONS)),
    "operations": (
        gettext_noop("Operations"),
        [
            *_LOOK,
            "customers.edit",
            "customers.merge",
            "privacy.view",
            "segments.edit",
            "grades.edit",
            "tags.give",
            "tags.bulk",
            "tags.edit",
            "relations.edit",
            "life.edit",
            "interactions.view",
            "interactions.codes",
            "imports.view",
            "imports.run",
            "catalog.view",
            "catalog.edit",
            "reviews.reply",
        ],
    ),
    "service": (
        gettext_noop("Customer service"),
        [
            "customers.view",
            "customers.edit",
            "privacy.view",
            "privacy.manage",
            "orders.view",
            "tags.give",
            "relations.edit",
            "life.edit",
            "catalog.view",
            "reviews.reply",
        ],
    ),
    "finance": (gettext_noop("Finance"), [*_LOOK, "ledger.view", "ledger.adjust", "audit.view"]),
    "store_manager": (
        gettext_noop("Store manager"),
        [
            *_LOOK,
            "customers.edit",
            "tags.give",
            "relations.edit",
            "life.edit",
            "interactions.view",
            "interactions.codes",
            "staff.view",
            "catalog.view",
        ],
    ),
    "guide": (
        gettext_noop("Guide"),
        ["customers.view", "customers.edit", "orders.view", "tags.give", "life.edit", "catalog.view"],
    ),
    "developer": (
        gettext_noop("Developer"),
        ["home.view", "imports.view", "segments.view", "interactions.write", "api_keys.manage"],
    ),
}
