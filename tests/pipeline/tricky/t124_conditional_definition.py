# title: a function defined under a condition and in a loop
# metrics: m
# %% a need
flag = True
if flag:
    def f(x):
        return x + 1
else:
    def f(x):
        return -x
# %% b need
table = {}
for name, k in [("two", 2), ("five", 5)]:
    def mul(x, k=k):
        return x * k
    table[name] = mul
# %% c drop
mul = None
# %% d need
m = float(f(1) + table["two"](10))
