# title: sys.path makes a folder's module importable
# metrics: m
# %% a need
import os, sys
os.makedirs("lib79", exist_ok=True)
with open("lib79/inner79.py", "w") as f:
    f.write("def g():\n    return 41\n")
# %% b need
sys.path.insert(0, "lib79")
# %% c drop
n = len(sys.argv)
# %% d need
import inner79
# %% e need
m = float(inner79.g() + 1)
