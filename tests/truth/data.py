"""Seeded data files, made in the folder of a notebook before it runs."""

from pathlib import Path

import numpy as np
import pandas as pd


def customers(folder: Path) -> None:
    """Write customers.csv: mixed columns with gaps, 600 rows."""
    rng = np.random.default_rng(20)
    n = 600
    age = rng.integers(18, 80, n).astype(float)
    income = rng.lognormal(10.3, 0.5, n).round(2)
    city = rng.choice(["Oslo", "Lima", "Pune"], n).astype(object)
    plan = rng.choice(["basic", "plus"], n, p=[0.7, 0.3]).astype(object)
    visits = rng.poisson(4, n)
    signup = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, n), unit="D")
    lean = 0.04 * (age - 45) - 0.35 * (visits - 4) + (plan == "basic") + rng.normal(0, 1, n)
    age[rng.random(n) < 0.1] = np.nan
    income[rng.random(n) < 0.15] = np.nan
    city[rng.random(n) < 0.05] = None
    pd.DataFrame(
        {
            "age": age,
            "income": income,
            "visits": visits,
            "city": city,
            "plan": plan,
            "signup": signup,
            "churned": np.where(lean > 0.6, "yes", "no"),
        }
    ).to_csv(folder / "customers.csv", index=False)


def reviews(folder: Path) -> None:
    """Write reviews.csv: 600 short texts, 40 of them missing."""
    rng = np.random.default_rng(21)
    good = ["great", "lovely", "fast", "tasty", "friendly", "again"]
    bad = ["slow", "cold", "rude", "broken", "never", "refund"]
    common = ["the", "soup", "place", "waiter", "order", "came", "table", "with", "was", "and"]
    texts, labels = [], []
    for _ in range(600):
        label = int(rng.random() < 0.4)
        tone = rng.choice(good if label else bad, 2)
        other = rng.choice(good + bad, 2)
        words = np.concatenate([tone, other, rng.choice(common, rng.integers(4, 12))])
        texts.append(" ".join(rng.permutation(words)))
        labels.append(label)
    table = pd.DataFrame({"text": pd.Series(texts, dtype=object), "good": labels})
    table.loc[rng.choice(600, 40, replace=False), "text"] = None
    table.to_csv(folder / "reviews.csv", index=False)


def houses(folder: Path) -> None:
    """Write houses.parquet: 800 rows, prices with a long tail."""
    rng = np.random.default_rng(22)
    n = 800
    area = rng.uniform(35, 220, n).round(1)
    rooms = np.clip((area / 28).round() + rng.integers(-1, 2, n), 1, None).astype("int64")
    built = rng.integers(1900, 2023, n)
    distance = rng.gamma(2.0, 4.0, n).round(2)
    garden = rng.random(n) < 0.3
    log_price = 10.5 + 0.008 * area - 0.03 * distance + 0.2 * garden + 0.002 * (built - 1960)
    price = np.exp(log_price + rng.normal(0, 0.25, n)).round(0)
    pd.DataFrame(
        {
            "id": np.arange(n),
            "area": area,
            "rooms": rooms,
            "distance": distance,
            "garden": garden,
            "built": built,
            "price": price,
        }
    ).to_parquet(folder / "houses.parquet", index=False)


def loans(folder: Path) -> None:
    """Write loans.csv: 500 rows, 20 of them without a salary."""
    rng = np.random.default_rng(23)
    n = 500
    amount = rng.uniform(1_000, 30_000, n).round(0)
    months = rng.choice([12, 24, 36, 60], n)
    rate = rng.uniform(2, 14, n).round(2)
    salary = rng.lognormal(8.0, 0.4, n).round(0)
    debts = rng.poisson(1.2, n)
    lean = amount / months / salary * 3 + 0.12 * rate + 0.5 * debts + rng.normal(0, 0.8, n)
    table = pd.DataFrame(
        {
            "amount": amount,
            "months": months,
            "rate": rate,
            "salary": salary,
            "debts": debts,
            "default": (lean > np.quantile(lean, 0.65)).astype("int64"),
        }
    )
    table.loc[rng.choice(n, 20, replace=False), "salary"] = np.nan
    table.to_csv(folder / "loans.csv", index=False)


MAKERS = {maker.__name__: maker for maker in (customers, reviews, houses, loans)}
