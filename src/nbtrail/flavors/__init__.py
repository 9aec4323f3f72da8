"""Save and load of models: an MLmodel folder with a skops file, never a pickle."""

from __future__ import annotations

from nbtrail.flavors.loading import load_model
from nbtrail.flavors.outside import SavingProcess
from nbtrail.flavors.saving import ModelFiles, save_model

__all__ = ["ModelFiles", "SavingProcess", "load_model", "save_model"]
