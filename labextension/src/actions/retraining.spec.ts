import { describe, expect, it } from 'vitest';

import { job, retrained, retraining, retrainPlan } from '../testing/fixtures';
import { changedValues, divide, isPossible, outcomeRows, runOf } from './retraining';

const [setting, flag, data] = retrainPlan.params;

describe('values for a pipeline that is trained again', () => {
  it('are sent only where they differ from the recorded ones', () => {
    const typed = { n_estimators: '50', balanced: 'false', data: '' };
    expect(changedValues(retrainPlan, typed)).toEqual({ n_estimators: '50', data: '' });
    expect(changedValues(retrainPlan, {})).toEqual({});
  });

  it('are settings, or name a data file', () => {
    const fixed = { param: '', path: 'fixed.csv', size: 1, state: 'gone' as const };
    const plan = { ...retrainPlan, data: [...retrainPlan.data, fixed] };
    expect(divide(plan)).toEqual({
      settings: [setting, flag],
      files: [{ param: data, file: retrainPlan.data[0] }, { param: undefined, file: fixed }]
    });
  });

  it('hold the start back while one of them is wrong, or anything else is', () => {
    expect(isPossible(retrainPlan)).toBe(true);
    expect(isPossible({ ...retrainPlan, available: false })).toBe(false);
    expect(isPossible({ ...retrainPlan, problem: 'the data is gone' })).toBe(false);
    const wrong = { ...setting, problem: 'n_estimators must be a whole number' };
    expect(isPossible({ ...retrainPlan, params: [wrong, flag] })).toBe(false);
  });
});

describe('what came of it', () => {
  it('says better and worse by the good end of each metric', () => {
    expect(outcomeRows(retrained).map(({ key, sign }) => [key, sign])).toEqual([
      ['auc', 'better'],
      ['loss', 'worse'],
      ['rows', '']
    ]);
    const [auc] = retrained.metrics;
    const equal = { ...retrained, metrics: [{ ...auc, found: auc.recorded }] };
    expect(outcomeRows(equal)[0].sign).toBe('');
  });

  it('is a run whose id the script tells before the end', () => {
    expect(runOf(job)).toBe('');
    const early = { ...retraining, retrained: null };
    expect(runOf({ ...early, output: ['a warning', ...early.output] })).toBe(retrained.run_id);
    expect(runOf({ ...early, output: ['run: not tracked'] })).toBe('');
    expect(runOf({ ...retraining, output: [] })).toBe(retrained.run_id);
  });
});
