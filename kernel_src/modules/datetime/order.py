"""What can be compared."""


class Ordered:
    """Comparisons by a key, between objects of one kind."""

    _kind = ""

    def _compared(self, other):
        """Below, at or above zero; None where the two cannot be compared."""
        if not isinstance(other, Ordered) or other._kind != self._kind:
            return None
        mine, its = self._key(), other._key()
        if (mine[0] is None) != (its[0] is None):
            return None
        return (mine > its) - (mine < its) if mine[0] is not None else (mine[1] > its[1]) - (mine[1] < its[1])

    def _order(self, other):
        order = self._compared(other)
        if order is None:
            if isinstance(other, type(self)):
                raise TypeError("can't compare offset-naive and offset-aware times")
            raise TypeError("can't compare %s to %s" % (type(self).__name__, type(other).__name__))
        return order

    def __eq__(self, other):
        return self._compared(other) == 0

    def __lt__(self, other):
        return self._order(other) < 0

    def __le__(self, other):
        return self._order(other) <= 0

    def __gt__(self, other):
        return self._order(other) > 0

    def __ge__(self, other):
        return self._order(other) >= 0

    def __hash__(self):
        return hash(self._key())
