# title: sys.argv is replaced before argparse reads it
# metrics: m
# %% a need
import argparse
import sys
sys.argv = ["train.py", "--depth", "6"]
# %% b need
parser = argparse.ArgumentParser()
parser.add_argument("--depth", type=int, default=2)
# %% c need
args = parser.parse_args()
# %% d drop
vars(args)
# %% e need
m = float(args.depth * 2)
