"""The one door to the network: deadlines, retries, limits, and three outcomes."""

from __future__ import annotations

import sys
from typing import Any, cast

# httpx brings a command line of its own, which loads rich and pygments wherever they
# are installed: a third of its import. It does without where this module is missing.
cast("dict[str, Any]", sys.modules).setdefault("httpx._main", None)
