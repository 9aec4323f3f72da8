# title: polars frames, lazily and eagerly
# metrics: m
# %% a need
import polars as pl
t = pl.DataFrame({"g": ["a", "b", "a"], "v": [1.0, 2.0, 4.0]})
# %% b need
lazy = t.lazy().filter(pl.col("v") > 1)
# %% c drop
t.describe()
# %% d need
t[0, "v"] = 9.0
# %% e need
m = float(lazy.collect()["v"].sum() + 100 * t["v"].sum())
