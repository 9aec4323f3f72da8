# title: stack, pivot_table, explode, melt, crosstab and cut over cells
# metrics: m
# %% a need
import pandas as pd
raw = pd.DataFrame({"id": [1, 2, 3], "tags": ["a,b", "b", "a,c"], "v": [10.0, 20.0, 40.0]})
# %% b need
raw["tags"] = raw["tags"].str.split(",")
long = raw.explode("tags", ignore_index=True)
# %% c need
long["bin"] = pd.cut(long.v, bins=[0, 15, 30, 100], labels=["low", "mid", "high"])
# %% d drop
pd.crosstab(long.tags, long.bin)
# %% e need
wide = long.pivot_table(index="tags", columns="bin", values="v", aggfunc="sum", observed=False).fillna(0)
wide.columns = wide.columns.astype(str)
# %% f need
wide.loc["total"] = wide.sum()
wide.insert(0, "rank", wide["low"].rank())
# %% g need
m = float(wide.melt(ignore_index=False).value.sum() + wide.at["total", "mid"])
