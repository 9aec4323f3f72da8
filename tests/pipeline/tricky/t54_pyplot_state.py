# title: pyplot's current figure is drawn on in several cells
# metrics: m
# %% a need
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
# %% b need
plt.plot([1, 2, 3])
fig = plt.gcf()
# %% c need
plt.plot([3, 2, 1])
# %% d drop
colour = "red"
# %% e need
m = float(len(fig.axes[0].lines))
