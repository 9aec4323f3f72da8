# title: the working directory changes between cells
# metrics: m
# %% a need
import os
os.makedirs("sub27", exist_ok=True)
# %% b need
os.chdir("sub27")
# %% c need
with open("v.txt", "w") as f:
    f.write("8")
# %% d drop
here = os.getcwd()
# %% e need
os.chdir("..")
# %% f need
m = float(open("sub27/v.txt").read())
