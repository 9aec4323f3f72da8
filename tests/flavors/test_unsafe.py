"""A pickle is kept when it is asked for, says what it is, and nothing loads it unasked."""

from __future__ import annotations

import collections
import fractions
import json
import pickle

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from nbtrail.exceptions import ModelError, UntrustedModelError
from nbtrail.flavors import load_model, save_model, save_pickle
from nbtrail.flavors.unsafe import globals_of


class Canary:
    """An object that writes a file when it is loaded, if anything loads it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_a_pickle_is_kept_marked_and_never_loaded_unasked(tmp_path):
    canary = tmp_path / "canary"
    save_pickle(pickle.dumps(Canary(str(canary))), "user.Model", tmp_path / "model", "MLmodel")
    assert "pickle-unsafe" in json.loads((tmp_path / "model" / "MLmodel").read_text())["flavors"]
    with pytest.raises(UntrustedModelError, match=r"may call: io\.open\..*allow_unsafe=True"):
        load_model(tmp_path / "model")
    with pytest.raises(UntrustedModelError):
        load_model(tmp_path / "model", ["io.open", "builtins.open"])
    assert not canary.exists()
    load_model(tmp_path / "model", allow_unsafe=True).close()
    assert canary.exists()


@pytest.mark.parametrize("protocol", range(6))
def test_what_a_pickle_names_is_read_without_a_call(protocol, tmp_path):
    value = [Canary(str(tmp_path / "canary")), collections.OrderedDict(a=fractions.Fraction(1, 2))]
    found = globals_of(pickle.dumps(value, protocol))
    assert not (tmp_path / "canary").exists()
    assert {"collections.OrderedDict", "fractions.Fraction"} <= set(found)
    assert {"io.open", "__builtin__.open", "_io.open"} & set(found)
    with pytest.raises(ModelError, match="no pickle"):
        globals_of(b"PK\x03\x04 no pickle at all")


def test_two_flavors_at_once_are_refused(tmp_path):
    save_model(LogisticRegression().fit(np.eye(2), [0, 1]), tmp_path)
    described = json.loads((tmp_path / "MLmodel").read_text())
    described["flavors"]["pickle-unsafe"] = {"data": "model.pkl"}
    (tmp_path / "MLmodel").write_text(json.dumps(described))
    with pytest.raises(ModelError, match="another flavor"):
        load_model(tmp_path, allow_unsafe=True)
