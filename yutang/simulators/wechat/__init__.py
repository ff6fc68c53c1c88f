"""A local WeChat, as far as Official Accounts see it, for tests and for trying things out."""

from .accounts import OfficialAccount, Person
from .server import Fault, WechatSimulator

__all__ = ["Fault", "OfficialAccount", "Person", "WechatSimulator"]
