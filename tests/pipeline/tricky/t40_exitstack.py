# title: callbacks on an ExitStack run when it is closed cells later
# metrics: m
# %% a need
import contextlib
done = []
stack = contextlib.ExitStack()
# %% b need
_c = stack.callback(done.append, 5)
# %% c drop
size = len(done)
# %% d need
stack.close()
# %% e need
m = float(sum(done))
