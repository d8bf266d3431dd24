"""Never run: what it imports is in the image, for tests to import."""

import unittest  # noqa: F401 - wanted in the image
