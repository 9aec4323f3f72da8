# title: a zip file is written and read, a pickle of a notebook class inside
# metrics: m
# %% a need
import pickle
import zipfile
class Point:
    scale = 2
    def __init__(self, x):
        self.x = x
    def size(self):
        return self.x * self.scale
# %% b need
with zipfile.ZipFile("box.zip", "w") as box:
    box.writestr("p.pkl", pickle.dumps([Point(1), Point(4)]))
# %% c need
with zipfile.ZipFile("box.zip", "a") as box:
    box.writestr("extra.txt", "7")
# %% d drop
print(zipfile.ZipFile("box.zip").namelist())
# %% e need
Point.scale = 10
# %% f need
with zipfile.ZipFile("box.zip") as box:
    points = pickle.loads(box.read("p.pkl"))
    extra = int(box.read("extra.txt"))
# %% g need
m = float(sum(p.size() for p in points) + extra)
