# title: two functions call each other and a memo
# metrics: m
# %% a need
memo = {}
# %% b need
def even(n):
    return True if n == 0 else odd(n - 1)
# %% c need
def odd(n):
    memo[n] = memo.get(n, 0) + 1
    return False if n == 0 else even(n - 1)
# %% d need
even(6)
# %% e drop
depth = 3
# %% f need
m = float(sum(memo.values()))
