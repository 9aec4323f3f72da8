import { describe, expect, it } from 'vitest';

import { Arrivals } from './arrivals';
import { row } from './testing/fixtures';

const at = (run_id: string, started_ms: number) => ({ ...row, run_id, started_ms });

describe('runs that came in', () => {
  it('are newer than all that were seen before, and were not among them', () => {
    const arrivals = new Arrivals();
    arrivals.note([at('a', 10), at('b', 20)]);
    arrivals.note([at('b', 20), at('c', 21), at('old', 5)]);
    const fresh = ['a', 'b', 'c', 'old'].filter(id => arrivals.isNew(id));
    expect(fresh).toEqual(['c']);
  });

  it('are none of those that a new question finds first', () => {
    const arrivals = new Arrivals();
    arrivals.note([at('a', 10)]);
    arrivals.restart();
    arrivals.note([at('b', 20)]);
    expect(arrivals.isNew('b')).toBe(false);
  });
});
