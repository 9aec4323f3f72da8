/** What a promotion would change, told before it happens. */

import type { Float, Model, ModelVersion, RegisteredModel, RunDetail } from '../contract';

export interface PromotionPlan {
  /** The number that the version would get, or has already. */
  version: number;
  /** Whether this very model is registered under the name already. */
  known: boolean;
  /** The version that the alias names now. */
  holder: ModelVersion | null;
  /** Whether the alias names this very model already. */
  held: boolean;
}

export function planPromotion(
  models: readonly RegisteredModel[],
  name: string,
  alias: string,
  modelId: string
): PromotionPlan {
  const registered = models.find(one => one.name === name);
  const versions = registered?.versions ?? [];
  const same = versions.find(one => one.model_id === modelId);
  const number = registered?.aliases[alias];
  const holder = versions.find(one => one.version === number) ?? null;
  return {
    version: same?.version ?? Math.max(0, ...versions.map(one => one.version)) + 1,
    known: same !== undefined,
    holder,
    held: holder !== null && holder === same
  };
}

/** The models of a run that can be promoted: of each variable the last one that was kept. */
export function keptModels(run: RunDetail): Model[] {
  const latest = new Map(run.models.map(model => [model.name, model]));
  return [...latest.values()].filter(model => model.status === 'ready');
}

/** The name that somebody most likely means: that of the model this run or experiment is about. */
export function likelyName(models: readonly RegisteredModel[], run: RunDetail): string {
  const mine = models.find(one => one.versions.some(version => version.run_id === run.run_id));
  const usual = mine ?? models[0];
  return usual?.name ?? (run.experiment.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|-+$/g, '') || 'model');
}

export interface Contest {
  key: string;
  champion: Float | null;
  candidate: Float | null;
  /** Whether the candidate is better, worse or neither, where the good end is known. */
  sign: 'better' | 'worse' | '';
}

const MOST = 8;

/** The metrics that both have, the main one first; those of one of them come last. */
export function contest(candidate: RunDetail, champion: RunDetail | null): Contest[] {
  const main = candidate.main_metric;
  const before = new Map(champion?.metrics.map(metric => [metric.key, metric.last]));
  const rows = candidate.metrics.map(({ key, last, direction }): Contest => {
    const value = before.get(key) ?? null;
    return { key, champion: value, candidate: last, sign: compared(last, value, direction) };
  });
  const rank = (row: Contest) => (row.key === main?.key ? 0 : row.champion === null ? 2 : 1);
  return rows.sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

/** Whether a value is better than another one, where the good end is known. */
export function compared(
  candidate: Float,
  champion: Float | null,
  direction: 'max' | 'min' | null
): Contest['sign'] {
  const difference = Number(candidate) - Number(champion);
  if (champion === null || direction === null || Number.isNaN(difference) || difference === 0) {
    return '';
  }
  return difference > 0 === (direction === 'max') ? 'better' : 'worse';
}
