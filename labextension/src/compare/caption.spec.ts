import { describe, expect, it } from 'vitest';

import { captioned } from './caption';

const runs = Array.from({ length: 5 }, (_, position) => ({ name: `run-${position}`, position }));

describe('a picture', () => {
  it('has the names of its runs in columns below the plot', () => {
    const { width, height, plot, entries } = captioned({ width: 450, height: 100 }, runs);
    expect(width).toBeGreaterThan(450);
    const lefts = new Set(entries.map(entry => entry.left));
    const tops = [...new Set(entries.map(entry => entry.top))];
    expect([lefts.size, tops.length]).toEqual([2, 3]);
    expect(Math.min(...tops)).toBeGreaterThanOrEqual(plot.top + 100);
    expect(Math.max(...tops)).toBeLessThan(height);
    expect(entries.map(entry => entry.position)).toEqual([0, 1, 2, 3, 4]);
  });

  it('has one column at least, and no room for a legend without runs', () => {
    const narrow = captioned({ width: 80, height: 50 }, runs);
    expect(new Set(narrow.entries.map(entry => entry.left)).size).toBe(1);
    const bare = captioned({ width: 80, height: 50 }, []);
    expect(bare.entries).toEqual([]);
    expect(bare.height).toBeLessThan(narrow.height);
  });

  it('cuts names that are longer than their column', () => {
    const [entry] = captioned({ width: 80, height: 50 }, [{ name: 'x'.repeat(80), position: 0 }])
      .entries;
    expect(entry.text).toHaveLength(24);
    expect(entry.text.endsWith('…')).toBe(true);
  });
});
