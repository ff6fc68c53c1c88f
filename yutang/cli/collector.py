"""The collector as the process tree's second server runs it. Started by `yutang up`; see yutang.cli.web."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() == 1:  # too late: the parent died before we asked
    sys.exit(1)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yutang.settings")

import django  # noqa: E402

django.setup()

from yutang.api.events.collector import Collector  # noqa: E402

application = Collector()

__all__ = ["application"]
