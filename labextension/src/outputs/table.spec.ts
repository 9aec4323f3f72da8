import { describe, expect, it } from 'vitest';

import type { RunRow } from '../contract';
import { row } from '../testing/fixtures';
import { bestOf, cellText, columnsOf, sorted } from './table';

function run(name: string, change: Partial<RunRow> = {}): RunRow {
  return { ...row, run_id: name, name, ...change };
}

function auc(name: string, value: RunRow['values'][string], key = 'metrics.auc'): RunRow {
  return run(name, { values: { [key]: value } });
}

const names = (rows: readonly RunRow[]) => rows.map(one => one.name);

describe('a saved table', () => {
  it('has the columns of its rows, else the main metric', () => {
    expect(columnsOf([auc('a', 1), auc('b', '3', 'params.depth')])).toEqual([
      'metrics.auc',
      'params.depth'
    ]);
    expect(columnsOf([run('a', { values: {} })])).toEqual(['main']);
    expect(columnsOf([run('a', { values: {}, main_metric: null })])).toEqual([]);
  });

  it('is sorted by a column, with what has no value last in both directions', () => {
    const rows = [auc('none', null), auc('low', 0.1), auc('nan', 'NaN'), auc('high', 0.9)];
    const by = 'metrics.auc';
    expect(names(sorted(rows, { by, descending: true }))).toEqual(['high', 'low', 'none', 'nan']);
    expect(names(sorted(rows, { by, descending: false }))).toEqual(['low', 'high', 'none', 'nan']);
    expect(names(sorted(rows, { by: '', descending: true }))).toEqual(names(rows));
  });

  it('sorts params as the numbers that they are, before words', () => {
    const rows = ['10', 'auto', '9', '1e-05'].map(value => auc(value, value, 'params.C'));
    const shown = sorted(rows, { by: 'params.C', descending: false });
    expect(names(shown)).toEqual(['1e-05', '9', '10', 'auto']);
  });

  it('has runs that still go on after those that took a known time', () => {
    const rows = [run('open', { ended_ms: null }), run('done', { ended_ms: row.started_ms + 5 })];
    expect(names(sorted(rows, { by: 'took', descending: true }))).toEqual(['done', 'open']);
  });

  it('marks the best by its direction, within its experiment, and nobody where all are equal', () => {
    const metric = (value: number, direction: 'max' | 'min') => ({
      main_metric: { key: 'loss', value, direction }
    });
    const rows = [
      run('a', metric(1, 'min')),
      run('b', metric(2, 'min')),
      run('c', { ...metric(2, 'min'), experiment: 'other' }),
      run('d', { ...metric(2, 'min'), experiment: 'other' })
    ];
    expect([...bestOf(rows)]).toEqual(['a']);
    expect([...bestOf([run('a', metric(1, 'max')), run('b', metric(2, 'max'))])]).toEqual(['b']);
  });

  it('says numbers shortly and params as they are', () => {
    expect(cellText(auc('a', 0.123456), 'metrics.auc')).toBe('0.1235');
    expect(cellText(auc('a', '0.123456', 'params.C'), 'params.C')).toBe('0.123456');
    expect(cellText(auc('a', null), 'metrics.auc')).toBe('');
  });
});
