"""Save and load of models: an MLmodel folder with a skops file, a pickle only when asked for."""

from __future__ import annotations

from nbtrail.flavors.loading import load_model
from nbtrail.flavors.outside import SavingProcess
from nbtrail.flavors.saving import DESCRIPTION, ModelFiles, save_model
from nbtrail.flavors.unsafe import PICKLE, save_pickle

__all__ = [
    "DESCRIPTION",
    "PICKLE",
    "ModelFiles",
    "SavingProcess",
    "load_model",
    "save_model",
    "save_pickle",
]
