"""Print what a trail holds, read through the public Python client, as JSON."""

import json

import nbtrail


def main() -> None:
    """Print one record per run, oldest first."""
    runs = listed("")
    # the plain list leaves out the candidates of searches
    runs += [
        c for r in runs if "nbtrail.candidates" in r.tags for c in listed(f"parent = {r.name}")
    ]
    records = [
        {
            "run_id": run.run_id,
            "name": run.name,
            "parent": run.parent_run_id,
            "started": run.started_ms,
            "status": str(run.status.value),
            "params": [
                {"key": p.key, "value": p.value, "is_default": p.is_default} for p in run.params
            ],
            "metrics": [
                {
                    "key": m.key,
                    "origin": m.origin,
                    "role": m.role,
                    "last": m.last,
                    "minimum": m.minimum,
                    "maximum": m.maximum,
                    "count": m.count,
                }
                for m in run.metrics
            ],
            "datasets": [
                {
                    "name": use.name,
                    "context": str(use.context.value),
                    "kind": use.dataset.kind,
                    "rows": use.dataset.rows,
                    "shape": list(use.dataset.shape),
                    "columns": len(use.dataset.columns),
                    "source": use.source,
                }
                for use in run.datasets
            ],
            "models": [
                {"class": m.class_name.rsplit(".", 1)[-1], "variable": m.variable}
                for m in run.models
            ],
        }
        for run in runs
    ]
    records.sort(key=lambda record: (record["started"], record["run_id"]))
    print(json.dumps(records))


def listed(query: str) -> list:
    """Return the records of a list of runs."""
    table = nbtrail.runs(query)
    return [nbtrail.get_run(run_id) for run_id in ([] if table.empty else table["run_id"])]


if __name__ == "__main__":
    main()
