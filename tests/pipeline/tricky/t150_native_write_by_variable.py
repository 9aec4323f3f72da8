# title: polars writes a file whose path is in a variable, and reads it again
# metrics: m
# needs: polars
# %% a need
from pathlib import Path
import polars as pl
CACHE = Path("work") / "clean.parquet"
CACHE.parent.mkdir(exist_ok=True)
# %% b need
frame = pl.DataFrame({"a": [1, 2, 3], "b": [4.0, 5.0, 6.0]})
# %% c need
frame.filter(pl.col("a") > 1).write_parquet(CACHE)
# %% d drop
frame.describe()
# %% e need
again = pl.read_parquet(CACHE)
# %% f need
m = float(again["b"].sum())
