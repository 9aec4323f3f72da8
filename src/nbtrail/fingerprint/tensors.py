"""torch tensors and PIL images, as the arrays that they hold."""

from __future__ import annotations

from typing import Any

from nbtrail.entities.dataset import Column, Dataset
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint.arrays import array_dataset, array_reader
from nbtrail.fingerprint.roots import Sampling, Source, block_rows, build, column

__all__ = ["image_dataset", "tensor_dataset"]


def tensor_dataset(tensor: Any, limit: int | None) -> Dataset:
    """Digest a tensor of any device, layout and dtype; it equals the numpy array of its values.

    Raises
    ------
    FingerprintError
        For a tensor without values (device ``meta``) and for quantized ones.
    """
    if tensor.is_meta or tensor.is_quantized:
        kind = "without values (device meta)" if tensor.is_meta else "of a quantized dtype"
        raise FingerprintError(
            f"A tensor {kind} can't be digested. Digest the tensor that it was made from."
        )
    tensor = tensor.detach()
    layout = f"tensor {tensor.dtype}"
    if str(tensor.layout) != "torch.strided":
        return _sparse(tensor, layout, limit)
    return _array(tensor, layout, limit)


def image_dataset(image: Any, limit: int | None) -> Dataset:
    """Digest an image by its pixels, and by its palette if it has one."""
    import numpy as np

    pixels = np.asarray(image)
    palette = image.getpalette() if image.mode in {"P", "PA"} else None
    found = array_dataset(pixels, limit)
    if palette is None:
        return found
    colours = array_dataset(np.asarray(palette, "u1"), None).columns[0]
    columns = (*found.columns, Column("palette", colours.dtype, colours.content, colours.blocks))
    return build("array", pixels.shape, columns, layout=image.mode, sampling=Sampling())


def _array(tensor: Any, layout: str, limit: int | None) -> Dataset:
    array = _numpy(tensor)
    flat = array.reshape(1) if array.ndim == 0 else array
    sampling = Sampling.within(array.nbytes, limit)
    source = Source("", str(tensor.dtype), array_reader(flat), array.nbytes)
    one = column(source, len(flat), sampling, block_rows(flat[:1].size))
    return build("array", array.shape, (one,), layout=layout, sampling=sampling)


def _sparse(tensor: Any, layout: str, limit: int | None) -> Dataset:
    entries = tensor.to_sparse_coo().coalesce()
    parts = (("indices", entries.indices().T.contiguous()), ("values", entries.values()))
    columns = [_array(part, "", limit).columns[0] for _, part in parts]
    named = [
        Column(name, one.dtype, one.content, one.blocks)
        for (name, _), one in zip(parts, columns, strict=True)
    ]
    return build("array", tuple(tensor.shape), named, form="sparse tensor", layout=layout)


def _numpy(tensor: Any) -> Any:
    import torch

    # numpy knows neither bfloat16 nor float8: float32 holds them exactly.
    if tensor.is_floating_point() and tensor.dtype not in (
        torch.float16,
        torch.float32,
        torch.float64,
    ):
        tensor = tensor.to(torch.float32)
    return tensor.resolve_conj().resolve_neg().cpu().numpy()
