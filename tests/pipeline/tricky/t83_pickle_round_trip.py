# title: a pickled object is a copy, through a file and through bytes
# metrics: m
# %% a need
import pickle
bag = {"v": [1, 2]}
# %% b need
with open("bag.pkl", "wb") as f:
    pickle.dump(bag, f)
# %% c need
bag["v"].append(100)
# %% d need
with open("bag.pkl", "rb") as f:
    old = pickle.load(f)
# %% e drop
blob = pickle.dumps(bag)
# %% f need
m = float(sum(old["v"]) + len(bag["v"]))
