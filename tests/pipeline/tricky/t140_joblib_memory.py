# title: joblib.Memory caches a function whose global changes afterwards
# metrics: m
# %% a need
import joblib
memory = joblib.Memory("cache", verbose=0)
# %% b need
factor = 3
@memory.cache
def slow(x):
    return x * factor
# %% c need
first = slow(5)
# %% d need
factor = 100
# %% e need
second = slow(5)
third = slow(6)
# %% f need
m = float(first + second + third)
