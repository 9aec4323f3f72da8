# title: duckdb over a frame of the notebook named in the query
# metrics: m
# %% a need
import duckdb
import pandas as pd
sales = pd.DataFrame({"k": ["a", "b", "a"], "v": [1.0, 2.0, 3.0]})
# %% b need
sales.loc[1, "v"] = 7.0
# %% c drop
prices = pd.DataFrame({"p": [1.0]})
# %% d need
con = duckdb.connect()
# %% e need
got = con.sql("select k, sum(v) as s from sales group by k order by k").df()
# %% f need
m = float(got["s"].iloc[1] * 10 + got["s"].iloc[0])
