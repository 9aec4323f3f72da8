import { describe, expect, it } from 'vitest';

import { diffLines, readDiff } from './diff';

const flat = (before: string, after: string) =>
  diffLines(before, after).map(line => `${line.kind[0]}${line.text}`);

describe('a diff', () => {
  it('keeps what both have', () => {
    expect(flat('a\nb\nc', 'a\nx\nc')).toEqual(['sa', 'rb', 'ax', 'sc']);
    expect(flat('a', 'a\nb')).toEqual(['sa', 'ab']);
  });

  it('makes either text from its lines', () => {
    const [before, after] = ['fit(1)\nplot()\nend', 'import a\nfit(1)\nend\nend'];
    const lines = diffLines(before, after);
    const side = (kind: string) =>
      lines.filter(line => line.kind === 'same' || line.kind === kind).map(line => line.text);
    expect(side('removed').join('\n')).toBe(before);
    expect(side('added').join('\n')).toBe(after);
  });

  it('does not compare very long texts line by line', () => {
    const long = Array.from({ length: 2000 }, (_, index) => String(index)).join('\n');
    expect(diffLines(long, 'x')).toHaveLength(2001);
  });

  it('reads what the server wrote', () => {
    expect(readDiff(['@@ -1 +1 @@', '-a', '+b', ' c'])).toEqual([
      { kind: 'removed', text: 'a' },
      { kind: 'added', text: 'b' },
      { kind: 'same', text: 'c' }
    ]);
  });

  it('says where lines were skipped', () => {
    expect(readDiff(['@@ -1 +1,2 @@', '+a', ' b', '@@ -9,2 +10 @@', '-c', ' d'])).toEqual([
      { kind: 'added', text: 'a' },
      { kind: 'same', text: 'b' },
      { kind: 'skipped', text: '10' },
      { kind: 'removed', text: 'c' },
      { kind: 'same', text: 'd' }
    ]);
    expect(readDiff(['@@ -1 +0,0 @@', '-a'])).toEqual([{ kind: 'removed', text: 'a' }]);
  });
});
