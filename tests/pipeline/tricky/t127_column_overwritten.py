# title: a column is overwritten whole: its first version is irrelevant
# metrics: m
# %% a need
import pandas as pd
df = pd.DataFrame({"a": [1.0, 2, 3], "t": ["x", "y", "x"]})
# %% b drop
df["f"] = df["a"] * 100
# %% c drop
df["g"] = df["t"].str.upper()
# %% d need
df["f"] = df["a"] + 1
# %% e need
m = float(df["f"].sum())
