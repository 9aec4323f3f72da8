# title: pandas writes to a database file and reads it by another connection
# metrics: m
# %% a need
import sqlite3
import pandas as pd
DB = "z.db"
# %% b need
with sqlite3.connect(DB) as con:
    pd.DataFrame({"a": [1, 2, 3], "b": [2.0, 4.0, 8.0]}).to_sql("t", con, index=False)
# %% c need
con.execute("update t set b = b * 10 where a > 1")
con.commit()
# %% d drop
again = None
# %% e need
con.close()
# %% f need
again = sqlite3.connect(DB)
out = pd.read_sql("select sum(b) as s from t", again)
# %% g need
m = float(out.s.iloc[0])
