from __future__ import annotations, division

print(1 / 2, annotations is not print)


def later(value: NotYet) -> NotYet:  # noqa: F821
    return value


print(later(1))
