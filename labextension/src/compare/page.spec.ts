import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FakeComparing, id } from '../testing/comparing';
import { ComparePage } from './page';

let server: FakeComparing;
let page: ComparePage;

beforeEach(async () => {
  server = new FakeComparing();
  page = new ComparePage(server, 'one', {
    ids: [id('1'), id('2'), id('3')],
    notebook: 'p/n.ipynb',
    part: 'table'
  });
  await page.refresh();
});
afterEach(() => vi.useRealTimers());

describe('the runs that are compared', () => {
  it('are taken away and added, and another one becomes the reference', async () => {
    const moved = vi.fn();
    page.moved.connect(moved);
    page.setReference(id('3'));
    page.removeRun(id('1'));
    page.addRun(id('8'));
    page.addRun(id('8'));
    await vi.waitFor(() => expect(page.loading).toBe(false));
    expect(page.runs.map(run => run.name)).toEqual(['run-3', 'run-2', 'run-8']);
    expect(moved).toHaveBeenCalledTimes(3);
  });

  it('are two at least', () => {
    page.removeRun(id('1'));
    page.removeRun(id('2'));
    expect(page.ids).toEqual([id('2'), id('3')]);
  });

  it('are offered without those that are there', async () => {
    expect((await page.candidates('x')).map(run => run.name)).toEqual(['run-8', 'run-9']);
    expect(server.asked.at(-1)).toBe('runs x');
  });
});

describe('a run that is gone', () => {
  it('is named, and the others stay on the screen', async () => {
    server.gone = id('2');
    await page.refresh();
    expect(page.missing).toBe(id('2'));
    expect(page.runs).toHaveLength(3);
    page.removeRun(id('2'));
    await vi.waitFor(() => expect(page.error).toBe(null));
    expect(page.runs.map(run => run.name)).toEqual(['run-1', 'run-3']);
  });
});

describe('rows', () => {
  it('come in parts, and all of them for a file', async () => {
    server.params = 1200;
    await page.refresh();
    expect(page.found?.params).toHaveLength(500);
    const whole = await page.whole();
    expect(whole?.params.map(row => row.key).slice(-2)).toEqual(['p1198', 'p1199']);
    expect(page.hasMore).toBe(false);
  });

  it('are searched by the server when it has more of them', async () => {
    vi.useFakeTimers();
    page.setText('p1');
    await vi.runAllTimersAsync();
    expect(server.asked).toHaveLength(1);
    page.setText('');
    server.params = 1200;
    await page.refresh();
    page.setText('p11');
    page.setText('p119');
    await vi.runAllTimersAsync();
    expect(server.asked.slice(2)).toEqual(['compare 1,2,3 0 p119']);
    expect(page.found?.params_total).toBe(11);
    page.setText('');
    await vi.runAllTimersAsync();
    expect(page.found?.params_total).toBe(1200);
  });
});

describe('hints', () => {
  it('ask again once, and only while somebody looks', async () => {
    vi.useFakeTimers();
    page.hint();
    await vi.runAllTimersAsync();
    expect(server.asked).toHaveLength(1);
    page.setVisible(true);
    await vi.runAllTimersAsync();
    expect(server.asked).toHaveLength(2);
    page.hint();
    page.hint();
    await vi.runAllTimersAsync();
    expect(server.asked).toHaveLength(3);
  });

  it('an answer that comes too late is dropped', async () => {
    const late = page.refresh();
    page.setReference(id('2'));
    await late;
    await vi.waitFor(() => expect(page.loading).toBe(false));
    expect(page.runs[0].name).toBe('run-2');
  });
});
