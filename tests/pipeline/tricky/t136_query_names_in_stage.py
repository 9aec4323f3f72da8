# title: query and eval with @names, assign with lambdas, an option set by a with block
# metrics: m
# %% a need
import pandas as pd
df = pd.DataFrame({"a": range(10), "b": [x * 1.5 for x in range(10)], "g": list("xy") * 5})
# %% b need
limit = 4
# %% c drop
with pd.option_context("display.max_rows", 3):
    print(df)
# %% d need
df.eval("c = a * b + @limit", inplace=True)
part = df.query("c > @limit and a < 9").assign(d=lambda t: t.c - t.groupby("g").c.transform("mean"))
# %% e drop
limit = 7
# %% f need
m = float((part.d.abs() * part.a).sum() + part.c.rolling(2).sum().iloc[-1])
