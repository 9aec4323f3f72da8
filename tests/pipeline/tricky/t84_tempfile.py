# title: a temporary directory lives over cells
# metrics: m
# %% a need
import os
import tempfile
tmp = tempfile.mkdtemp()
# %% b need
path = os.path.join(tmp, "x.txt")
with open(path, "w") as f:
    f.write("12")
# %% c drop
free = os.path.exists("/nowhere")
# %% d need
m = float(open(path).read())
