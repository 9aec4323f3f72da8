# title: functions bind globals, one only when called
# metrics: m
# %% a need
def setup():
    global base
    base = 7
def grow():
    global base
    base = base * 2
# %% b need
setup()
# %% c need
grow()
# %% d drop
def never():
    global base
    base = 0
# %% e need
m = float(base)
