# title: a SeedSequence remembers how often it spawned
# metrics: m
# %% a need
import numpy as np
ss = np.random.SeedSequence(3)
# %% b need
warm = ss.spawn(2)
# %% c drop
state = ss.entropy
# %% d need
rng = np.random.default_rng(ss.spawn(1)[0])
# %% e need
m = float(rng.random())
