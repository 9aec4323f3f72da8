# title: a trainer class whose methods call each other, its name later taken by its own subclass
# metrics: m
# %% a need
import numpy as np
class Trainer:
    def __init__(self, rate, *, epochs=3):
        self.rate, self.epochs = rate, epochs
        self.history = []
        self.hooks = {}
    def on(self, name):
        def add(function):
            self.hooks.setdefault(name, []).append(function)
            return function
        return add
    def fit(self, X, y):
        w = np.zeros(X.shape[1])
        for epoch in range(self.epochs):
            w -= self.rate * X.T @ (X @ w - y) / len(y)
            self.history.append(float(((X @ w - y) ** 2).mean()))
            for hook in self.hooks.get("epoch", ()):
                hook(self, epoch)
        self.w = w
        return self
# %% b need
X = np.arange(12.0).reshape(6, 2) / 10
y = X @ np.array([1.0, -2.0])
# %% c need
trainer = Trainer(0.5)
# %% d need
@trainer.on("epoch")
def slow_down(t, epoch):
    t.rate *= decay
# %% e need
decay = 0.5
# %% f drop
class Trainer(Trainer):
    def fit(self, X, y):
        return super().fit(X * 2, y)
# %% g need
trainer.fit(X, y)
# %% h drop
other = Trainer(1.0)
# %% i need
m = trainer.history[-1] + trainer.rate
