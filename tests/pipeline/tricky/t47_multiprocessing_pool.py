# title: a thread pool fills a dictionary
# metrics: m
# %% a need
from concurrent.futures import ThreadPoolExecutor
store = {}
# %% b need
def put(k):
    store[k] = k * 10
    return k
# %% c need
with ThreadPoolExecutor(2) as pool:
    names = list(pool.map(put, range(4)))
# %% d drop
longest = max(names)
# %% e need
m = float(sum(store.values()))
