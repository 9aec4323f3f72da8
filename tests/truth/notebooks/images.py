# %% load
# %load_ext nbtrail

# %% write
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

digits = load_digits()
folder = Path("scans")
folder.mkdir(exist_ok=True)
for i in range(240):
    pixels = (digits.images[i] * 15.9).astype("uint8")
    Image.fromarray(pixels).save(folder / f"{digits.target[i]}_{i:03d}.png")

# %% read
paths = sorted(folder.glob("*.png"))


def load(path):
    with Image.open(path) as im:
        return np.asarray(im, dtype=float).ravel() / 255


X = np.stack([load(p) for p in paths])
y = np.array([int(p.name.split("_")[0]) for p in paths])
print(X.shape, np.bincount(y))

# %% split
from sklearn.model_selection import train_test_split

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=60, random_state=3, stratify=y)

# %% show some
import matplotlib.pyplot as plt

fig, axes = plt.subplots(1, 5, figsize=(6, 2))
for ax, row in zip(axes, X_train):
    ax.imshow(row.reshape(8, 8), cmap="gray")
    ax.axis("off")
plt.show()

# %% svc
# %%track svc -e digits
from sklearn.svm import SVC

gamma = 0.02
clf = SVC(gamma=gamma, C=0.7).fit(X_train, y_train)

# %% small net
# %%track net -e digits
from sklearn.neural_network import MLPClassifier

net = MLPClassifier(hidden_layer_sizes=(24,), max_iter=150, random_state=0)
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    net.fit(X_train, y_train)
net_acc = net.score(X_test, y_test)
print(net_acc)

# %% errors
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, confusion_matrix, top_k_accuracy_score

guess = clf.predict(X_test)
acc = accuracy_score(y_test, guess)
wrong = np.flatnonzero(guess != y_test)
print(acc, "wrong:", wrong)
ConfusionMatrixDisplay(confusion_matrix(y_test, guess)).plot()
plt.show()

# %% top two
top2 = top_k_accuracy_score(y_test, net.predict_proba(X_test), k=2)
top2

# %% hard ones
# the same metric on a part of the test rows only
hard = np.isin(y_test, [8, 9])
acc_hard = accuracy_score(y_test[hard], clf.predict(X_test[hard]))
print("8 and 9:", acc_hard)
