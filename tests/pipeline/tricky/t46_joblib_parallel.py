# title: joblib in a cell, a global read in the workers
# metrics: m
# %% a need
from joblib import Parallel, delayed
OFFSET = 3
# %% b need
def work(i):
    return i * i + OFFSET
# %% c drop
serial = [work(i) for i in range(2)]
# %% d need
found = Parallel(n_jobs=2, prefer="threads")(delayed(work)(i) for i in range(5))
# %% e need
m = float(sum(found))
