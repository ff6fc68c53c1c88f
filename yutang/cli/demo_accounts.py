"""The brand of the demo and who can log in; printed at start, so no secrets."""

SHOP = "guting"  # slug of the merchant
OWNER = "owner@guting.example"
MANAGER = "manager@guting.example"
GUIDE = "guide{}@guting.example"  # by number
PASSWORD = "guting-demo-2026"  # noqa: S105
