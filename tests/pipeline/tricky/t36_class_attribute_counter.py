# title: class attribute counts instances
# metrics: m
# %% a need
class Node:
    made = 0
    def __init__(self, v):
        type(self).made += 1
        self.v = v
# %% b need
a = Node(3)
# %% c need
b = Node(4)
# %% d drop
label = "no node"
# %% e need
m = float(Node.made * 10 + a.v)
