# title: pyarrow tables and parquet
# metrics: m
# %% a need
import pyarrow as pa
import pyarrow.parquet as pq
tab = pa.table({"a": [1, 2, 3], "b": [4.0, 5.0, 6.0]})
# %% b need
pq.write_table(tab, "t.parquet")
# %% c drop
pq.write_table(tab.select(["a"]), "other.parquet")
# %% d need
back = pq.read_table("t.parquet", columns=["b"])
# %% e need
m = float(sum(back["b"].to_pylist()))
