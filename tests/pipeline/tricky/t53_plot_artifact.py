# title: a figure is changed over cells, and its size measured
# metrics: m
# %% a need
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
# %% b need
fig, ax = plt.subplots()
line, = ax.plot([1, 2, 3])
# %% c need
ax.set_ylim(0, 9)
# %% d drop
title = "unused"
# %% e need
m = float(ax.get_ylim()[1] + len(ax.lines))
