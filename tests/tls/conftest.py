"""What the tests of TLS share."""

from __future__ import annotations

import pytest

from tests.tls.certificates import Authority


@pytest.fixture(scope="session")
def authority() -> Authority:
    """A root and what it signed."""
    return Authority()
