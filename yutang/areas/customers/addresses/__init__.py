"""Where people have things sent to: recipients, the regions of China, the address book, and what people paste."""

from __future__ import annotations

from yutang.areas.customers.addresses.pasted import read_pasted
from yutang.areas.customers.addresses.recipient import Recipient

__all__ = ["Recipient", "read_pasted"]
