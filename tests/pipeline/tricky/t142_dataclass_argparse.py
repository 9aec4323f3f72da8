# title: argparse defaults in a notebook, a dataclass of parameters, and a main block
# metrics: m
# %% a need
import argparse
from dataclasses import dataclass, field, replace
# %% b need
@dataclass(frozen=True)
class Config:
    depth: int = 3
    rates: list[float] = field(default_factory=lambda: [0.1, 0.2])
# %% c need
parser = argparse.ArgumentParser()
parser.add_argument("--depth", type=int, default=4)
parser.add_argument("--scale", type=float, default=1.5)
# %% d need
args = parser.parse_args([])
# %% e need
config = replace(Config(), depth=args.depth)
# %% f drop
print(config)
# %% g need
def main(config: Config) -> float:
    return config.depth * args.scale + sum(config.rates)
if __name__ == "__main__":
    result = main(config)
# %% h need
m = float(result)
