# title: a structured array in a memmap, written through a field view and flushed
# metrics: m
# %% a need
import numpy as np
kind = np.dtype([("x", "f8"), ("n", "i4")])
store = np.memmap("data.bin", dtype=kind, mode="w+", shape=(5,))
# %% b need
xs = store["x"]
xs[:] = np.arange(5) * 1.5
# %% c drop
peek = store[:2].copy()
# %% d need
store["n"] += 3
store.flush()
# %% e need
again = np.memmap("data.bin", dtype=kind, mode="r")
m = float(again["x"].sum() * again["n"].sum())
