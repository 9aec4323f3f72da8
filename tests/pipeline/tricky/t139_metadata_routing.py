# title: metadata routing, set_output and a calibrated voting classifier
# metrics: m
# %% a need
import numpy as np
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
# %% b need
sklearn.set_config(enable_metadata_routing=True)
# %% c need
rng = np.random.default_rng(1)
X = rng.normal(size=(80, 2)); y = (X.sum(axis=1) + rng.normal(size=80) * 0.3 > 0).astype(int)
weight = np.where(y == 1, 2.0, 1.0)
# %% d need
scaler = StandardScaler().set_output(transform="pandas").set_fit_request(sample_weight=True)
# %% e need
model = make_pipeline(scaler, LogisticRegression().set_fit_request(sample_weight=False))
model.fit(X, y, sample_weight=weight)
# %% f need
vote = VotingClassifier([("nb", GaussianNB()), ("cal", CalibratedClassifierCV(GaussianNB(), cv=3))], voting="soft")
vote.fit(X, y)
# %% g drop
sklearn.set_config(enable_metadata_routing=False)
# %% h need
m = float(model.predict_proba(X)[:, 1].sum() + vote.predict_proba(X)[:, 0].sum())
