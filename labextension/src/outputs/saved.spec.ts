import { describe, expect, it } from 'vitest';

import type { CompareApi } from '../api';
import { ComparePage } from '../compare/page';
import { notebookComparison as saved } from '../testing/fixtures';
import { leftOut, savedApi } from './saved';

const ids = saved.comparison.runs.map(run => run.run_id);
const [kept] = saved.curves.curves;

function live(asked: string[]): CompareApi {
  return new Proxy({} as CompareApi, {
    get:
      (_, name) =>
      async (notebook: string): Promise<never[]> => {
        asked.push(`${String(name)} ${notebook}`);
        return [];
      }
  });
}

describe('a saved comparison', () => {
  it('answers from the notebook, and asks for no more rows', async () => {
    const many = { ...saved, comparison: { ...saved.comparison, params_total: 999 } };
    const page = new ComparePage(savedApi(many, undefined, () => ''), 'k', {
      ids,
      notebook: '',
      part: 'table'
    });
    await page.refresh();
    expect(page.error).toBe(null);
    expect(page.runs.map(run => run.run_id)).toEqual(ids);
    expect(page.hasMore).toBe(false);
    expect(leftOut(many.comparison)).toBe(999 - saved.comparison.params.length);
    expect(await page.statistics()).toBe(saved.statistics);
    const curves = await page.curves(kept.key, saved.curves.axis);
    expect(curves[0].x).toBeInstanceOf(Float64Array);
    expect([...curves[0].y]).toEqual(kept.y.map(Number));
  });

  it('asks the server for what was not kept, about the notebook that it stands in', async () => {
    const asked: string[] = [];
    const api = savedApi(saved, live(asked), () => 'a/b.ipynb');
    const { axis } = saved.curves;
    await api.overlaid('', ids, kept.key, axis === 'time' ? 'step' : 'time', 100);
    await api.overlaid('', ids, 'unknown', axis, 100);
    await api.artifact('', ids[0], 'p.png');
    expect(asked).toEqual(['overlaid a/b.ipynb', 'overlaid a/b.ipynb', 'artifact a/b.ipynb']);
  });

  it('without a server says that nobody can be asked', async () => {
    const api = savedApi(saved, undefined, () => '');
    await expect(api.overlaid('', ids, 'unknown', 'step', 100)).rejects.toThrow('no server');
  });
});
