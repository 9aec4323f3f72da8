"""The trials of this folder are modules of their own: processes of them import each other."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.with_name("store"))]
