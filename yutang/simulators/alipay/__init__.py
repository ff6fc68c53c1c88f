"""A local Alipay: gateway, cashier, notices and bills, for tests and the demo."""

from .account import Account, make_account
from .faults import AnswerFault, NoticeFaults
from .server import AlipaySimulator

__all__ = ["Account", "AlipaySimulator", "AnswerFault", "NoticeFaults", "make_account"]
