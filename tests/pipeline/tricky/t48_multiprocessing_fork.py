# title: a process pool with a function of the notebook
# metrics: m
# %% a need
import multiprocessing
K = 4
def cube(x):
    return x ** 3 + K
# %% b need
with multiprocessing.get_context("fork").Pool(2) as pool:
    got = pool.map(cube, [1, 2, 3])
# %% c drop
names = [p.name for p in multiprocessing.active_children()]
# %% d need
m = float(sum(got))
