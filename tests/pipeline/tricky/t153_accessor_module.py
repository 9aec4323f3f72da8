# title: a module of the project is imported for what it registers
# metrics: m
# %%file zextend.py
import pandas as pd
@pd.api.extensions.register_dataframe_accessor("zz")
class Zed:
    def __init__(self, frame):
        self.frame = frame
    def size(self):
        return self.frame.shape[0] * 10
# %% a need
import pandas as pd
import zextend
# %% b need
df = pd.DataFrame({"a": [1, 2, 3]})
# %% c drop
df.describe()
# %% d need
m = float(df.zz.size())
