import { describe, expect, it } from 'vitest';

import { comparison } from '../testing/fixtures';
import { gap, tableLines } from './rows';

const shown = { all: false, text: '', closed: new Set<never>() };

function keys(lines: ReturnType<typeof tableLines>): string[] {
  return lines.map(line => (line.kind === 'section' ? `# ${line.section}` : line.key));
}

describe('rows of the table', () => {
  const same = { key: 'cv', values: ['5', '5'], differs: false };
  const found = { ...comparison, params: [...comparison.params, same], params_total: 2 };

  it('are those that differ, below their headings', () => {
    expect(keys(tableLines(found, shown))).toEqual([
      '# metrics', 'accuracy', '# params', 'C', '# data', 'X (test)', '# git', 'branch',
      '# environment', 'python'
    ]);
  });

  it('are all when asked for, and counted', () => {
    const lines = tableLines(found, { ...shown, all: true });
    expect(keys(lines)).toContain('cv');
    const few = tableLines(found, shown)[2];
    expect(few).toMatchObject({ section: 'params', shown: 1, total: 2 });
  });

  it('are searched and folded', () => {
    expect(keys(tableLines(found, { ...shown, text: ' ACC' }))).toEqual(['# metrics', 'accuracy']);
    const closed = new Set(['params' as const]);
    expect(keys(tableLines(found, { ...shown, closed }))).not.toContain('C');
  });

  it('tell digests with their rows', () => {
    const data = tableLines(found, shown).find(line => line.kind === 'row' && line.section === 'data');
    expect(data).toMatchObject({ values: ['abababab × 344', null] });
  });
});

describe('what a run has more than the reference', () => {
  it('says whether that is better', () => {
    expect(gap(0.95, 0.9, 'max')).toEqual({ text: '+0.05', better: true });
    expect(gap(0.95, 0.9, 'min')?.better).toBe(false);
    expect(gap(0.85, 0.9, null)).toEqual({ text: '−0.05', better: null });
  });

  it('is silent where there is nothing to say', () => {
    expect(gap(0.9, 0.9, 'max')).toBe(null);
    expect(gap('NaN', 0.9, 'max')).toBe(null);
    expect(gap(null, 0.9, 'max')).toBe(null);
  });
});
