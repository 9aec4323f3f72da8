# title: defaults of a function and a base class are computed from a variable
# metrics: m
# %% a need
alpha = 0.5
bases = (dict,)
# %% b need
def weigh(values, *, factor=alpha):
    return sum(v * factor for v in values)
# %% c need
class Table(*bases):
    limit = alpha * 4
# %% d drop
print(weigh([1]))
# %% e need
m = float(weigh([2, 4]) + Table.limit + len(Table(a=1)))
