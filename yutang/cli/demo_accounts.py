"""Who can log in to the demo; printed at start, so no secrets."""

OWNER = "owner@guting.example"
MANAGER = "manager@guting.example"
GUIDE = "guide{}@guting.example"  # by number
PASSWORD = "guting-demo-2026"  # noqa: S105
