"""Whether an app will do in the machine what it says: its types, its imports, and where MicroPython is not CPython."""

from unikernel.check.finding import Finding
from unikernel.check.report import Report, check

__all__ = ["Finding", "Report", "check"]
