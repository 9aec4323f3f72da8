# title: a library extended by a call: tqdm.pandas and progress_apply
# metrics: m
# needs: tqdm
# %% a need
import pandas as pd
from tqdm import tqdm
# %% b need
tqdm.pandas(disable=True)
# %% c need
df = pd.DataFrame({"a": [1, 2, 3]})
# %% d drop
df.a.hist
# %% e need
out = df.a.progress_apply(lambda x: x * 2)
# %% f need
m = float(out.sum())
