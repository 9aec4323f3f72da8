# title: reading a defaultdict makes an entry
# metrics: m
# %% a need
from collections import defaultdict, OrderedDict, deque
d = defaultdict(list)
# %% b need
d["a"].append(1)
# %% c need
d["b"]
# %% d need
q = deque([1, 2, 3], maxlen=3)
q.append(9)
# %% e drop
o = OrderedDict(d)
# %% f need
m = float(len(d) * 100 + sum(q))
