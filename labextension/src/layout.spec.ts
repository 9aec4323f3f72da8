import { describe, expect, it } from 'vitest';

import { Layout } from './layout';

const groups = [
  { key: 'a', total: 3 },
  { key: 'b', total: 0 },
  { key: 'c', total: 2 }
];

describe('a list of groups', () => {
  it('names what stands at each position', () => {
    const layout = new Layout(groups, new Set(['b']), true);
    const places = Array.from({ length: layout.length }, (_, index) => layout.at(index));
    expect(
      places.map(place => (place?.kind === 'run' ? `${place.group.key}${place.index}` : place?.group.key))
    ).toEqual(['a', 'a0', 'a1', 'a2', 'b', 'c', 'c0', 'c1']);
    expect(layout.at(8)).toBe(undefined);
    expect(layout.startOf('c')).toBe(5);
  });

  it('has only runs without headers, whatever is closed', () => {
    const layout = new Layout(groups, new Set(['a']), false);
    expect(layout.length).toBe(5);
    expect(layout.at(3)).toMatchObject({ kind: 'run', index: 0, group: { key: 'c' } });
  });

  it('tells which runs of which groups stand between two positions', () => {
    const parts = (first: number, last: number) =>
      new Layout(groups, new Set(), true)
        .between(first, last)
        .map(part => `${part.group.key} ${part.first}-${part.last}`);
    expect(parts(0, 100)).toEqual(['a 0-2', 'c 0-1']);
    expect(parts(2, 6)).toEqual(['a 1-2', 'c 0-0']);
    expect(parts(4, 5)).toEqual([]);
  });

  it('finds its way in 100,000 runs', () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({ key: `g${index}`, total: 99 }));
    const layout = new Layout(many, new Set(), true);
    expect(layout.length).toBe(100_000);
    expect(layout.at(99_999)).toMatchObject({ kind: 'run', index: 98, group: { key: 'g999' } });
  });
});
