/** A server of comparisons for the specs: runs that differ in one param, each question noted. */

import { ApiError, type CompareApi, type Filter } from '../api';
import type { Comparison, ComparisonStatistics, RunsPage } from '../contract';
import type { Curve } from '../curves';
import * as fixtures from './fixtures';

export class FakeComparing implements CompareApi {
  asked: string[] = [];
  /** The id of a run that is gone. */
  gone = '';
  /** Rows of params, of which an answer has 500. */
  params = 2;

  async compare(_: string, ids: readonly string[], offset: number, text: string): Promise<Comparison> {
    this.asked.push(`compare ${ids.map(short).join()} ${offset} ${text}`.trim());
    const gone = ids.find(id => id === this.gone);
    if (gone) {
      throw new ApiError('not-found', `There is no run '${gone}' in this trail.`);
    }
    const keys = Array.from({ length: this.params }, (_, n) => `p${n}`).filter(key =>
      key.includes(text)
    );
    const run = fixtures.comparison.runs[0];
    const runs = ids.map(id => ({ ...run, run_id: id, name: `run-${short(id)}` }));
    return {
      ...fixtures.comparison,
      runs,
      params: keys.slice(offset, offset + 500).map((key, n) => ({
        key,
        values: ids.map(id => (offset + n === 0 ? short(id) : 'same')),
        differs: offset + n === 0
      })),
      params_total: keys.length,
      metrics: [
        {
          key: 'auc',
          values: ids.map((_, n) => (n === 0 ? 0.9 : 0.95)),
          differs: true,
          direction: 'max',
          best: ids.map((_, n) => n).slice(1)
        }
      ],
      why: ids.length === 2 ? { ...fixtures.why, runs } : null
    };
  }

  async statistics(): Promise<ComparisonStatistics> {
    return fixtures.statistics;
  }

  async overlaid(_: string, ids: readonly string[], key: string, axis: string): Promise<Curve[]> {
    this.asked.push(`curves ${key} ${axis}`);
    return ids.map((_, run) => ({
      run,
      key,
      count: 2,
      x: Float64Array.of(0, 1),
      y: Float64Array.of(run, 1)
    }));
  }

  async page(): Promise<Blob> {
    return new Blob(['<!doctype html>']);
  }

  async runs(_: string, filter: Filter): Promise<RunsPage> {
    this.asked.push(`runs ${filter.text}`);
    const rows = ['1', '8', '9'].map(n => ({ ...fixtures.row, run_id: id(n), name: `run-${n}` }));
    return { total: rows.length, offset: 0, runs: rows };
  }

  async artifact(_: string, run: string, path: string): Promise<Blob> {
    this.asked.push(`artifact ${short(run)} ${path}`);
    return new Blob(['x']);
  }
}

/** A whole id that ends in a sign. */
export function id(sign: string): string {
  return sign.padStart(32, '0');
}

function short(whole: string): string {
  return whole.replace(/^0+/, '');
}
