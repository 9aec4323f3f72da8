"""nbtrail: every result in your notebook found, compared, explained, repeated and shipped.

In a notebook: ``%load_ext nbtrail``, then ``%track?``. In Python: the client
functions below, which load what they need only when they are first used.
"""

from __future__ import annotations

from nbtrail._version import __version__

__all__ = ["__version__"]
