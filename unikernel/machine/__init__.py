"""Machines: boot an image, talk to its console, learn how it ended. Async here; `sync` has the same methods,
blocking.
"""
