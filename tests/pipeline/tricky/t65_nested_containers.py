# title: one inner list reached by three ways
# metrics: m
# %% a need
inner = [1]
d = {"x": inner, "y": {"z": (inner, [0])}}
s = [d, inner]
# %% b need
d["y"]["z"][0].append(4)
# %% c need
s[1].extend([5])
# %% d drop
copied = [list(inner)]
# %% e drop
copied[0].append(99)
# %% f need
m = float(sum(inner))
