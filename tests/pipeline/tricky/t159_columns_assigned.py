# title: columns renamed by assignment, a mask in loc, attrs, and an index name
# metrics: m
# %% a need
import pandas as pd
df = pd.DataFrame({"A b": [1, 2, 3, 4], "C": [1.0, None, 3.0, None]})
# %% b need
df.columns = [c.lower().replace(" ", "_") for c in df.columns]
# %% c need
mask = df["c"].isna()
df.loc[mask, "c"] = df.loc[~mask, "c"].mean()
# %% d need
df.attrs["scale"] = 3
# %% e drop
df.index.name = "row"
# %% f need
df = df[df.a_b > 1].pipe(lambda t: t.assign(z=t.c.cumsum() * t.attrs.get("scale", 1)))
# %% g need
m = float(df.z.iloc[-1])
