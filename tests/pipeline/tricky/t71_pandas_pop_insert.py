# title: pop, insert and drop by del
# metrics: m
# %% a need
import pandas as pd
df = pd.DataFrame({"a": [1, 2], "b": [3, 4], "y": [0, 1]})
# %% b need
y = df.pop("y")
# %% c need
df.insert(0, "c", [7, 8])
# %% d need
del df["b"]
# %% e drop
cols = list(df.columns)
# %% f need
m = float(df.to_numpy().sum() * 10 + y.sum())
