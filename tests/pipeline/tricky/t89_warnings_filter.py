# title: a warnings filter decides what a cell catches
# metrics: m
# %% a need
import warnings
def noisy():
    warnings.warn("careful", RuntimeWarning)
    return 1
# %% b need
warnings.simplefilter("error", RuntimeWarning)
# %% c need
try:
    v = noisy()
except RuntimeWarning:
    v = 5
# %% d drop
w = 3
# %% e need
m = float(v)
