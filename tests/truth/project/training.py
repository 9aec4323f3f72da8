"""Loading, training and evaluation of the loan models."""

import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = ["amount", "months", "rate", "salary", "debts"]


def load_loans(path):
    """Read the loans and drop the rows without a salary."""
    loans = pd.read_csv(path)
    return loans.dropna(subset=["salary"]).reset_index(drop=True)


def split(loans, seed=0):
    """Split into train and test."""
    return train_test_split(loans[FEATURES], loans["default"], test_size=0.3, random_state=seed)


def build(kind, **settings):
    """Make an unfitted model of a kind."""
    if kind == "linear":
        return make_pipeline(StandardScaler(), LogisticRegression(**settings))
    return ExtraTreesClassifier(random_state=9, **settings)


def evaluate(model, features, labels):
    """Measure a fitted model."""
    return {
        "accuracy": accuracy_score(labels, model.predict(features)),
        "auc": roc_auc_score(labels, model.predict_proba(features)[:, 1]),
    }


def train(kind, parts, **settings):
    """Fit a model on the train part and measure it on the test part."""
    X_train, X_test, y_train, y_test = parts
    model = build(kind, **settings)
    model.fit(X_train, y_train)
    return model, evaluate(model, X_test, y_test)
