# title: %run of a script with arguments and a main block
# metrics: m
# %%file ztrain.py
import sys
depth = 1
def build(x):
    return x * depth
if __name__ == "__main__":
    depth = int(sys.argv[1])
    result = build(5)
# %% a need
%run ztrain.py 7
# %% b drop
other = result + 1
# %% c need
m = float(result + build(1))
