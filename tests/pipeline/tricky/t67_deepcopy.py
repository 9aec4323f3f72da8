# title: deepcopy cuts the alias, copy does not
# metrics: m
# %% a need
import copy
orig = {"v": [1, 2]}
# %% b need
shallow = copy.copy(orig)
# %% c need
deep = copy.deepcopy(orig)
# %% d need
shallow["v"].append(3)
# %% e drop
deep2 = copy.deepcopy(orig)
# %% f need
deep["v"].append(50)
# %% g need
m = float(sum(orig["v"]) + sum(deep["v"]))
