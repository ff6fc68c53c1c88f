"""The application as the process tree's web server runs it. Started by `yutang up`.

The server keeps a process of its own for the work. Were it to outlive its parent's `kill -9`, it would go on answering
beside its successor, since both may listen on one port.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() == 1:  # too late: the parent died before we asked
    sys.exit(1)

from yutang.wsgi import application  # noqa: E402

__all__ = ["application"]
