# title: a constant of a library module is replaced
# metrics: m
# %% a need
import string
import textwrap  #: drop
# %% b need
string.nb_limit = 12
# %% c need
def width():
    return string.nb_limit * 2
# %% d drop
text = textwrap.shorten("a b c", 10)
# %% e need
m = float(width())
