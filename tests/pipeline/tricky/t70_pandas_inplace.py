# title: pandas in-place methods through aliases
# metrics: m
# %% a need
import pandas as pd
df = pd.DataFrame({"a": [3.0, None, 1.0], "b": [1, 2, 3]})
alias = df
# %% b need
alias.fillna(0, inplace=True)
# %% c need
df.sort_values("a", inplace=True)
# %% d need
df.reset_index(drop=True, inplace=True)
# %% e need
df.rename(columns={"a": "c"}, inplace=True)
# %% f drop
sorted_copy = df.sort_values("b")
# %% g need
m = float(alias["c"].iloc[2] * 10 + alias["b"].iloc[0])
