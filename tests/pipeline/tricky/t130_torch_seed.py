# title: torch's global random state
# metrics: m
# needs: torch
# %% a need
import torch
# %% b need
torch.manual_seed(3)
# %% c need
w = torch.randn(3)
# %% d drop
size = tuple(w.shape)
# %% e need
z = torch.randn(2)
# %% f need
w.add_(1)
# %% g need
m = float(w.sum() + z.sum())
