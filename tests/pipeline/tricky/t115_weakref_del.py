# title: what a weak reference sees depends on del
# metrics: m
# %% a need
import weakref
class Thing:
    pass
live = weakref.WeakSet()
# %% b need
a = Thing(); b = Thing()
live.add(a); live.add(b)
# %% c need
del a
# %% d need
m = float(len(live))
