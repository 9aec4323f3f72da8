# title: sqlite3 in memory, several statements on one connection
# metrics: m
# %% a need
import sqlite3
db = sqlite3.connect(":memory:")
# %% b need
_r = db.execute("create table t (a integer, b real)")
# %% c need
db.executemany("insert into t values (?, ?)", [(1, 2.0), (2, 3.0), (3, 4.5)])
# %% d need
cur = db.execute("update t set b = b * 2 where a > 1")
# %% e drop
word = "no query"
# %% f need
m = float(db.execute("select sum(b) from t").fetchone()[0])
