# title: os.urandom decides the value
# metrics: m
# refused: random bytes of the operating system
# %% a need
import os
# %% b need
key = int.from_bytes(os.urandom(4), "big")
# %% c need
m = float(key % 100003)
