# title: merge and pipe with user functions
# metrics: m
# %% a need
import pandas as pd
left = pd.DataFrame({"k": [1, 2, 3], "a": [1.0, 2.0, 3.0]})
right = pd.DataFrame({"k": [2, 3, 4], "b": [10.0, 20.0, 30.0]})
# %% b need
def add_ratio(d, by):
    d["ratio"] = d["a"] / d[by]
    return d
# %% c drop
crossed = left.merge(right, how="cross")
# %% d need
both = left.merge(right, on="k").pipe(add_ratio, by="b")
# %% e need
m = float(both["ratio"].sum())
