import * as React from 'react';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type Tools, ToolsContext, type Translator } from '../components/context';
import { RunsModel } from '../model';
import { FakeComparing, id } from '../testing/comparing';
import { FakeServer } from '../testing/server';
import { ComparisonContext } from './context';
import { CompareView } from './CompareView';
import { ComparePage } from './page';
import type { Part } from './selection';

const trans: Translator = {
  __: (text, ...values) => text.replace(/%(\d)/g, (_, n) => String(values[Number(n) - 1])),
  _n: (one, many, n, ...values) => trans.__(n === 1 ? one : many, ...values)
};

class NoObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

let root: Root | null = null;

async function drawn(
  part: Part = 'table',
  runs = ['1', '2', '3'],
  server = new FakeComparing()
): Promise<{ element: HTMLElement; page: ComparePage; opened: string[] }> {
  const opened: string[] = [];
  const page = new ComparePage(server, 'one', { ids: runs.map(id), notebook: '', part });
  const element = document.createElement('div');
  document.body.replaceChildren(element);
  const tools: Tools = {
    model: new RunsModel(new FakeServer(0)),
    trans,
    copy: () => undefined,
    openWide: (_, name) => opened.push(name)
  };
  const view = (root = createRoot(element));
  await act(async () => {
    view.render(
      <ToolsContext.Provider value={tools}>
        <ComparisonContext.Provider value={page}>
          <CompareView />
        </ComparisonContext.Provider>
      </ToolsContext.Provider>
    );
    await page.refresh();
  });
  await act(settled);
  return { element, page, opened };
}

function settled(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 10));
}

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.stubGlobal('ResizeObserver', NoObserver);
  vi.stubGlobal('IntersectionObserver', NoObserver);
  // rows and columns are drawn as far as there is room
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(900);
});
afterEach(async () => {
  await act(async () => root?.unmount());
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('the table', () => {
  it('shows what differs, the best and ties', async () => {
    const { element } = await drawn();
    const row = (key: string) =>
      [...element.querySelectorAll('.nbt-grid-row')].find(one => one.textContent?.startsWith(key));
    expect(row('auc')?.querySelectorAll('.nbt-best')).toHaveLength(2);
    expect(row('auc')?.querySelector('.nbt-best')?.textContent).toBe('tie');
    expect(row('auc')?.querySelector('.nbt-gap')?.textContent).toBe('+0.05');
    expect(row('p0')).toBeDefined();
    expect(row('p1')).toBeUndefined();
    const all = element.querySelector<HTMLButtonElement>('.nbt-part-bar .nbt-toggle');
    await act(async () => all?.click());
    expect(row('p1')).toBeDefined();
  });

  it('opens, removes and holds runs against another', async () => {
    const { element, page, opened } = await drawn();
    const head = element.querySelector(`[data-run="${id('2')}"]`);
    await act(async () => head?.querySelector<HTMLButtonElement>('.nbt-run-link')?.click());
    expect(opened).toEqual(['run-2']);
    await act(async () => {
      head?.querySelector<HTMLButtonElement>('.nbt-hold')?.click();
      await settled();
    });
    expect(page.runs[0].name).toBe('run-2');
    await act(async () => {
      element.querySelector<HTMLButtonElement>('[aria-label="Remove run-3 from the comparison"]')?.click();
      await settled();
    });
    expect(page.ids).toEqual([id('2'), id('1')]);
  });

  it('is walked by keys, which say the whole value', async () => {
    const { element } = await drawn();
    const grid = element.querySelector('[role=grid]');
    for (const key of ['ArrowDown', 'ArrowRight']) {
      await act(async () => {
        grid?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      });
    }
    expect(element.querySelector('.nbt-grid-foot')?.textContent).toContain('auc · run-20.95');
    const active = grid?.getAttribute('aria-activedescendant') ?? '';
    expect(document.getElementById(active)?.getAttribute('data-active')).toBe('true');
  });
});

describe('the other parts', () => {
  it('say why, with what stays in doubt', async () => {
    const { element } = await drawn('why');
    expect(element.querySelector('[data-cause=data]')?.textContent).toContain('1 row less');
    expect(element.textContent).toContain('no seed');
  });

  it('show data by column, and code by cell', async () => {
    const { element, page } = await drawn('data', ['1', '2']);
    expect(element.textContent).toContain('only in run-1');
    await act(async () => page.setPart('code'));
    expect(element.querySelector('[data-kind=added]')?.textContent).toContain('b');
    expect(element.querySelector('.nbt-facts-table')?.textContent).toContain('3.12.1');
  });

  it('call a tie a tie', async () => {
    const { element } = await drawn('statistics', ['1', '2']);
    expect(element.querySelector('[data-table=folds]')?.textContent).toContain('tie: can be chance');
    expect(element.textContent).toContain('scipy is not installed');
  });

  it('are walked by arrow keys, without images where there are none', async () => {
    const { element, page } = await drawn('code', ['1', '2']);
    const tabs = element.querySelector('.nbt-tabs');
    const go = (key: string) =>
      act(async () => {
        tabs?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      });
    await go('ArrowRight');
    expect(page.part).toBe('images');
    page.found = { ...page.found!, images: [] };
    await act(async () => page.setPart('code'));
    await go('ArrowRight');
    expect(page.part).toBe('statistics');
  });
});

describe('a run that is gone', () => {
  it('is told calmly, with the way on', async () => {
    const server = new FakeComparing();
    const { element, page } = await drawn('table', ['1', '2', '3'], server);
    server.gone = id('3');
    await act(async () => page.refresh());
    const alert = element.querySelector('[role=alert]');
    expect(alert?.textContent).toContain('The run run-3 is not in this trail any more.');
    await act(async () => {
      alert?.querySelector('button')?.click();
      await settled();
    });
    expect(element.querySelector('[role=alert]')).toBe(null);
    expect(page.runs.map(run => run.name)).toEqual(['run-1', 'run-2']);
  });
});
