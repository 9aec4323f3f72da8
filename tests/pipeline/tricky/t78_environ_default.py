# title: an environment variable set by update and read by a function
# metrics: m
# %% a need
import os
# %% b need
os.environ.update(NB_RATE="0.5")
# %% c need
def rate():
    return float(os.getenv("NB_RATE", "9"))
# %% d drop
os.environ["NB_OTHER"] = "3"
# %% e need
m = rate() * 4
