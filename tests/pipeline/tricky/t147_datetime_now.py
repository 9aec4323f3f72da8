# title: the clock decides the value
# metrics: m
# refused: is another value at each moment
# %% a need
from datetime import datetime
# %% b need
started = datetime.now()
# %% c need
m = float(started.microsecond + started.second * 1000000)
