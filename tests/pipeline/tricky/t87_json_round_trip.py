# title: settings kept as JSON between cells
# metrics: m
# %% a need
import json
settings = {"lr": 0.1, "steps": [1, 2]}
# %% b need
json.dump(settings, open("s.json", "w"))
# %% c drop
settings["lr"] = 99
# %% d need
loaded = json.load(open("s.json"))
# %% e drop
text = json.dumps(settings)
# %% f need
m = float(loaded["lr"] + sum(loaded["steps"]))
