"""A local Aliyun SMS, for tests and for trying things out."""

from .gateway import Account, Message
from .server import AliyunSmsSimulator, Fault

__all__ = ["Account", "AliyunSmsSimulator", "Fault", "Message"]
