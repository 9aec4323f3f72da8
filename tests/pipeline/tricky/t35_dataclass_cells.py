# title: dataclass, its subclass and an instance over three cells
# metrics: m
# %% a need
from dataclasses import dataclass, field, replace
@dataclass
class Config:
    depth: int = 3
    names: list = field(default_factory=list)
# %% b need
@dataclass
class Wide(Config):
    width: float = 2.5
# %% c need
cfg = Wide()
cfg.names.append("a")
# %% d drop
other = replace(cfg, depth=99)
# %% e need
cfg.depth += 1
# %% f need
m = float(cfg.depth * cfg.width + len(cfg.names))
