"""Every error that nbtrail raises on purpose.

::

    NbtrailError
    ├── UsageError            a command, magic or call that can't be understood
    │   └── NotFoundError     no run, model, metric, file of that name (lists near misses)
    ├── StoreError            the folder .nbtrail or its database
    │   ├── SchemaTooNewError written by a newer nbtrail
    │   └── StoreReadOnlyError nothing can be written there
    ├── FingerprintError      a value that can't be digested
    ├── ModelError            saving or loading a model
    │   └── UntrustedModelError its file names types that are not trusted
    ├── RegistryError         registered models, versions, aliases
    │   └── GateError         a promotion that was refused, with the reasons
    ├── ExportError           a run that can't become a pipeline
    │   ├── VerifyError       a pipeline folder that can't be verified at all
    │   └── RetrainError      a pipeline that can't be trained again, or failed at it
    └── MissingExtraError     an optional dependency is not installed

A text says what happened, what was found and what to do next, in this order.
"""

from __future__ import annotations

__all__ = [
    "ExportError",
    "FingerprintError",
    "GateError",
    "MissingExtraError",
    "ModelError",
    "NbtrailError",
    "NotFoundError",
    "RegistryError",
    "RetrainError",
    "SchemaTooNewError",
    "StoreError",
    "StoreReadOnlyError",
    "UntrustedModelError",
    "UsageError",
    "VerifyError",
]


class NbtrailError(Exception):
    """Base of all errors that nbtrail raises on purpose."""


class UsageError(NbtrailError):
    """A command, magic or call that can't be understood."""


class NotFoundError(UsageError, LookupError):
    """No run, model, metric or file of that name."""


class StoreError(NbtrailError):
    """The store can't be opened, read or written."""


class SchemaTooNewError(StoreError):
    """The store was written by a newer nbtrail."""


class StoreReadOnlyError(StoreError):
    """The store's folder can't be written."""


class FingerprintError(NbtrailError):
    """A value can't be digested."""


class ModelError(NbtrailError):
    """A model can't be saved or loaded."""


class UntrustedModelError(ModelError):
    """A model file names types that are not on the list of trusted ones."""


class RegistryError(NbtrailError):
    """A registered model, version or alias can't be changed as asked."""


class GateError(RegistryError):
    """A promotion was refused; ``reasons`` says by which gates.

    Parameters
    ----------
    message : str
        The whole text for the reader.
    reasons : tuple of str
        One sentence for each gate that failed.
    """

    def __init__(self, message: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.reasons = reasons


class ExportError(NbtrailError):
    """A run can't be turned into a pipeline."""


class VerifyError(ExportError):
    """A pipeline folder can't be verified at all (edited, incomplete, data gone)."""


class RetrainError(ExportError):
    """A pipeline can't be trained again, failed at it, or could not record it."""


class MissingExtraError(NbtrailError):
    """An optional dependency is not installed.

    Parameters
    ----------
    package : str
        The distribution that is missing.
    extra : str
        The extra of nbtrail that brings it.
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"This needs {package}, which is not installed here. Install it with: "
            f"pip install 'nbtrail[{extra}]'"
        )
