/** Answers questions about a comparison from what the notebook keeps of it, with no server. */

import type { CompareApi } from '../api';
import type { Comparison, NotebookComparison } from '../contract';
import type { Curve } from '../curves';

/** How many rows of each sort the notebook does not keep. */
export function leftOut(comparison: Comparison): number {
  const { params, metrics, environment } = comparison;
  return (
    comparison.params_total -
    params.length +
    (comparison.metrics_total - metrics.length) +
    (comparison.environment_total - environment.length)
  );
}

/** The rows that are kept, as if there were no others: nobody is asked for them. */
function asWhole(comparison: Comparison): Comparison {
  return {
    ...comparison,
    params_total: comparison.params.length,
    metrics_total: comparison.metrics.length,
    environment_total: comparison.environment.length
  };
}

/**
 * @param live - is asked for what was not kept, such as a curve over time.
 * @param notebook - path of the notebook that the output stands in.
 */
export function savedApi(
  saved: NotebookComparison,
  live: CompareApi | undefined,
  notebook: () => string
): CompareApi {
  const other = () => {
    if (live === undefined) {
      throw new Error('There is no server to ask.');
    }
    return live;
  };
  const { comparison, statistics, curves } = saved;
  return {
    compare: async () => asWhole(comparison),
    statistics: async () => statistics,
    overlaid: async (_, ids, key, axis, points): Promise<Curve[]> => {
      const kept = curves.curves.filter(curve => curve.key === key);
      if (axis !== curves.axis || kept.length === 0) {
        return other().overlaid(notebook(), ids, key, axis, points);
      }
      return kept.map(curve => ({
        ...curve,
        x: Float64Array.from(curve.x, Number),
        y: Float64Array.from(curve.y, Number)
      }));
    },
    runs: async (_, ...question) => other().runs(notebook(), ...question),
    artifact: async (_, ...question) => other().artifact(notebook(), ...question),
    page: async (_, ids) => other().page(notebook(), ids)
  };
}
