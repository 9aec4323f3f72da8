# title: csv written by the csv module in two cells, read by pandas
# metrics: m
# %% a need
import csv
import pandas as pd
f = open("w.csv", "w", newline="")
out = csv.writer(f)
# %% b need
out.writerow(["a", "b"])
# %% c need
out.writerows([[1, 2], [3, 4]])
# %% d need
f.close()
# %% e drop
rows = 2
# %% f need
m = float(pd.read_csv("w.csv").to_numpy().sum())
