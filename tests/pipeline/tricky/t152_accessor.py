# title: an accessor registered by a decorator is used as an attribute only
# metrics: m
# %% a need
import pandas as pd
# %% b need
@pd.api.extensions.register_series_accessor("money")
class Money:
    rate = 2.0
    def __init__(self, series):
        self._series = series
    def total(self):
        return float((self._series * self.rate).sum())
# %% c drop
unused = pd.Series([1.0])
# %% d need
s = pd.Series([1.0, 2.0, 4.0])
# %% e need
m = s.money.total()
