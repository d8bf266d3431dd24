"""A plan: a resolved stack, and how one comes to it."""

from unikernel.plan.plan import Plan, PlannedDevice
from unikernel.plan.resolution import DEFAULTS, resolve

__all__ = ["DEFAULTS", "Plan", "PlannedDevice", "resolve"]
