# title: a pandas option changes a computation
# metrics: m
# %% a need
import pandas as pd
# %% b drop
pd.set_option("display.max_rows", 5)
# %% c need
pd.options.mode.string_storage = "python"
# %% d need
s = pd.Series(["a", "b"], dtype="string")
# %% e need
m = float(s.dtype.storage == "python")
