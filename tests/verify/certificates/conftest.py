"""Lets the tests of this folder import each other: the mutations run the checks of their siblings."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
