"""What a model takes and gives: inferred from an example, else from the fitted attributes."""

from __future__ import annotations

from typing import Any

from nbtrail.entities.model import Signature, SignatureField

__all__ = ["infer_signature", "mlflow_signature"]

_ROWS = 5
_ANY = "any"

# dtype names of numpy and pandas to the type names of an MLmodel file.
_MLFLOW = {
    "bool": "boolean",
    "int8": "integer",
    "int16": "integer",
    "int32": "integer",
    "int64": "long",
    "float32": "float",
    "float64": "double",
    "str": "string",
    "string": "string",
    "object": "string",
    "category": "string",
}


def infer_signature(estimator: Any, example: Any = None) -> Signature | None:
    """Return the signature of a fitted estimator, or None when nothing is known.

    Parameters
    ----------
    estimator : object
    example : frame or array, optional
        Input as it was given to ``fit``; only its first rows are used, for one prediction.
    """
    if example is None:
        found = Signature(_fitted_inputs(estimator), _fitted_outputs(estimator))
    else:
        head = example[:_ROWS]
        try:
            predicted = estimator.predict(head)
        except Exception:  # a transformer, or a model that only scores what it was fitted on
            predicted = None
        outputs = _fitted_outputs(estimator) if predicted is None else _fields(predicted)
        found = Signature(_fields(head), outputs)
    return found if found.inputs or found.outputs else None


def mlflow_signature(signature: Signature) -> dict[str, str | None]:
    """Write a signature as an MLmodel file has it: two JSON texts."""
    import json

    def written(fields: tuple[SignatureField, ...]) -> str | None:
        return json.dumps([_mlflow_field(field) for field in fields]) if fields else None

    return {
        "inputs": written(signature.inputs),
        "outputs": written(signature.outputs),
        "params": None,
    }


def _mlflow_field(field: SignatureField) -> dict[str, Any]:
    if field.shape:
        spec = {"dtype": field.dtype, "shape": list(field.shape)}
        return {"type": "tensor", "tensor-spec": spec}
    kind = field.dtype.partition("[")[0]
    named = "datetime" if kind.startswith("datetime64") else _MLFLOW.get(kind, kind)
    return {"type": named, "name": field.name, "required": True}


def _fields(value: Any) -> tuple[SignatureField, ...]:
    columns = getattr(value, "columns", None)
    dtypes = getattr(value, "dtypes", None)
    if columns is not None and dtypes is not None:
        pairs = zip(columns, dtypes, strict=True)
        return tuple(SignatureField(str(name), str(dtype)) for name, dtype in pairs)
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is None or dtype is None:
        return (SignatureField("", type(value).__name__),)
    return (SignatureField("", _plain(dtype), (-1, *shape[1:])),)


def _fitted_inputs(estimator: Any) -> tuple[SignatureField, ...]:
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None:
        return tuple(SignatureField(str(name), _ANY) for name in names)
    count = getattr(estimator, "n_features_in_", None)
    return () if count is None else (SignatureField("", _ANY, (-1, int(count))),)


def _fitted_outputs(estimator: Any) -> tuple[SignatureField, ...]:
    classes = getattr(estimator, "classes_", None)
    if classes is not None and hasattr(classes, "dtype"):
        return (SignatureField("", _plain(classes.dtype), (-1,)),)
    regressor = getattr(estimator, "_estimator_type", "") == "regressor"
    return (SignatureField("", "float64", (-1,)),) if regressor else ()


def _plain(dtype: Any) -> str:
    return "str" if getattr(dtype, "kind", "") == "U" else str(dtype)
