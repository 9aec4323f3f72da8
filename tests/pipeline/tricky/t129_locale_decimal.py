# title: decimal context precision
# metrics: m
# %% a need
import decimal
from decimal import Decimal
# %% b need
decimal.getcontext().prec = 4
# %% c need
v = Decimal(1) / Decimal(3)
# %% d drop
w = Decimal("2")
# %% e need
m = float(v)
