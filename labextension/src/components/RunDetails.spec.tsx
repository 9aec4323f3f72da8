import * as React from 'react';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { RunsModel } from '../model';
import { detail } from '../testing/fixtures';
import { FakeServer } from '../testing/server';
import type { Tools, Translator } from './context';
import { Panel } from './Panel';

// drawn on a canvas, which is not there
vi.mock('../charts', () => ({ drawCurve: () => () => undefined }));

const trans: Translator = {
  __: (text, ...values) => text.replace(/%(\d)/g, (_, n) => String(values[Number(n) - 1])),
  _n: (one, many, n, ...values) => trans.__(n === 1 ? one : many, ...values)
};

interface Drawn {
  element: HTMLElement;
  model: RunsModel;
  server: FakeServer;
}

let root: Root | null = null;

async function drawn(tools: Partial<Tools> = {}, server = new FakeServer(1)): Promise<Drawn> {
  const model = new RunsModel(server);
  const element = document.createElement('div');
  document.body.replaceChildren(element);
  const panel = (root = createRoot(element));
  await act(async () => {
    panel.render(<Panel tools={{ model, trans, copy: () => undefined, ...tools }} />);
    await model.refresh();
    model.openRun('run-0', 'run-0');
    await settled();
  });
  await act(settled);
  return { element, model, server };
}

function settled(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 10));
}

function button(element: HTMLElement, label: string): HTMLButtonElement {
  const found = [...element.querySelectorAll('button')].find(
    one => one.getAttribute('aria-label') === label || one.textContent?.startsWith(label)
  );
  if (!found) {
    throw new Error(`no button ${label}`);
  }
  return found;
}

async function type(input: Element | null, text: string): Promise<void> {
  const kind = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  await act(async () => {
    Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(input, text);
    input?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true));
afterEach(async () => {
  await act(async () => root?.unmount()); // its clock would go on without a document
  vi.unstubAllGlobals();
});

describe('an open run', () => {
  it('shows what was recorded, as text', async () => {
    const { element } = await drawn();
    const text = element.textContent ?? '';
    for (const part of ['first <b>try</b>', '0.97', 'n_estimators', 'X_train', 'abababab']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('1\u202f344 rows × 2 columns');
    expect(element.querySelector('b')).toBe(null);
  });

  it('puts the main metric first and defaults out of the way', async () => {
    const { element } = await drawn();
    expect(element.querySelector('[data-metric]')?.getAttribute('data-metric')).toBe('accuracy');
    const params = () => element.querySelector('.nbt-pairs')?.parentElement?.textContent;
    expect(params()).not.toContain('tol');
    await act(async () => button(element, 'Show 1 default').click());
    expect(params()).toContain('tol');
  });

  it('marks what the result used, and what is stale', async () => {
    const { element } = await drawn();
    const cells = [...element.querySelectorAll('.nbt-cell')];
    expect(cells.map(cell => cell.getAttribute('data-used'))).toEqual(['true', 'true']);
    expect(cells[1].querySelector('[data-mark=stale]')?.getAttribute('title')).toBe('edited');
    expect(element.textContent).toContain('used 2 of 4 executed cells');
  });

  it('shows what the notebook says in the same cell now', async () => {
    const { element } = await drawn({
      cellNow: (_, cell) => (cell === 'c1' ? '%%track forest\nfit(2)' : undefined)
    });
    const today = element.querySelector('.nbt-today');
    expect(today?.querySelector('[data-kind=removed]')?.textContent).toContain('fit()');
    expect(today?.querySelector('[data-kind=added]')?.textContent).toContain('fit(2)');
    expect(element.querySelectorAll('.nbt-today')).toHaveLength(1);
  });

  it('says what it changed since the run before', async () => {
    const { element } = await drawn();
    const changes = element.querySelector('.nbt-changes');
    expect(changes?.textContent).toContain('baseline');
    expect(changes?.textContent).toContain('1 params, 1 data, 1 code, 1 git or environment');
    expect(changes?.querySelector('[data-kind=added]')?.textContent).toContain('fit(2)');
  });

  it('takes a note and tags where they stand', async () => {
    const { element, server } = await drawn();
    await act(async () => button(element, 'Edit note').click());
    await type(element.querySelector('textarea'), 'better');
    await act(async () => {
      button(element, 'Save').click();
      await settled();
    });
    expect(element.querySelector('.nbt-note')?.textContent).toBe('better');
    await act(async () => {
      button(element, 'Remove tag stage').click();
      await settled();
    });
    await act(async () => button(element, 'Add a tag').click());
    const input = element.querySelector('.nbt-tag-input');
    await type(input, 'kind=a=b');
    await act(async () => {
      input?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      await settled();
    });
    expect(server.detail.tags).toEqual({ kind: 'a=b' });
  });

  it('says why a change was refused and keeps what was typed', async () => {
    const server = new FakeServer(1);
    const { element } = await drawn({}, server);
    server.readOnly = true;
    await act(async () => button(element, 'Edit note').click());
    await type(element.querySelector('textarea'), 'better');
    await act(async () => {
      button(element, 'Save').click();
      await settled();
    });
    expect(element.querySelector('[role=alert]')?.textContent).toBe('nothing was changed');
    expect(element.querySelector('textarea')?.value).toBe('better');
  });

  it('offers no change where the server may only read', async () => {
    const server = new FakeServer(1);
    server.readOnly = true;
    const { element } = await drawn({}, server);
    expect(() => button(element, 'Edit note')).toThrow();
    expect(() => button(element, 'Add a tag')).toThrow();
  });

  it('of 10,000 metrics it draws a few, and finds the others', async () => {
    const server = new FakeServer(1);
    const metrics = Array.from({ length: 10_000 }, (_, index) => ({
      ...detail.metrics[1],
      key: `m${index}`
    }));
    server.detail = { ...detail, metrics };
    const { element } = await drawn({}, server);
    expect(element.querySelectorAll('.nbt-metric')).toHaveLength(24);
    await type(element.querySelector('.nbt-metrics-place input'), 'm9999');
    expect(element.querySelector('.nbt-metric')?.getAttribute('data-metric')).toBe('m9999');
  });

  it('of a value of 1 MB it draws the beginning', async () => {
    const server = new FakeServer(1);
    const params = [{ ...detail.params[0], value: 'x'.repeat(1_000_000) }];
    server.detail = { ...detail, params };
    const { element } = await drawn({}, server);
    expect((element.textContent ?? '').length).toBeLessThan(20_000);
    await act(async () => button(element, '1\u202f000\u202f000 characters').click());
    expect((element.textContent ?? '').length).toBeLessThan(60_000);
  });

  it('copies its id and opens its notebook at its cell', async () => {
    const copy = vi.fn();
    const openNotebook = vi.fn();
    const { element } = await drawn({ copy, openNotebook });
    await act(async () => button(element, 'Copy the run id').click());
    await act(async () => button(element, 'train.ipynb').click());
    expect(copy).toHaveBeenCalledWith('run-0');
    expect(openNotebook).toHaveBeenCalledWith('notebooks/train.ipynb', 'c1');
  });

  it('goes back to the list on Escape', async () => {
    const { element, model } = await drawn();
    const details = element.querySelector('.nbt-details');
    await act(async () => {
      details?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    });
    expect(model.open).toBe(null);
    expect(element.querySelector('[role=tree]')).not.toBe(null);
  });

  it('says so when a document of another version can not be shown', async () => {
    const server = new FakeServer(1);
    server.detail = { ...detail, metrics: undefined as never };
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { element } = await drawn({}, server);
    expect(element.querySelector('[role=alert]')?.textContent).toContain('reload the page');
    silenced.mockRestore();
  });
});

describe('what was not committed', () => {
  const server = () => {
    const one = new FakeServer(1);
    one.detail = { ...detail, code: { ...detail.code!, snapshot: 'b'.repeat(40) } };
    return one;
  };

  it('is asked for when it is opened, and says what can not be shown', async () => {
    const asked = server();
    const { element } = await drawn({}, asked);
    expect(asked.asked).not.toContain('diff');
    const place = element.querySelector<HTMLDetailsElement>('.nbt-uncommitted')!;
    await act(async () => {
      place.open = true;
      await settled();
    });
    expect(asked.asked.filter(one => one === 'diff')).toHaveLength(1);
    expect([...place.querySelectorAll('.nbt-diff span')].map(one => one.textContent)).toEqual([
      '- depth = 3\n',
      '+ depth = 4\n',
      '  fit()\n'
    ]);
    for (const text of [
      'is no longer in the repository',
      'src/<b>x</b>.py',
      'mode 100644 → 100755',
      '7 more lines',
      'added, not a text',
      '2 more files',
      'not kept: big.bin'
    ]) {
      expect(place.textContent).toContain(text);
    }
    expect(place.querySelector('b')).toBeNull();
  });

  it('is names alone when nothing was kept', async () => {
    const { element } = await drawn();
    const place = element.querySelector('.nbt-uncommitted');
    expect(place?.textContent).toContain('x.py');
    expect(place?.querySelector('.nbt-diff')).toBeNull();
  });

  it('says why it can not be had', async () => {
    const refusing = server();
    refusing.diff = () => Promise.reject(new Error('no'));
    const { element } = await drawn({}, refusing);
    const place = element.querySelector<HTMLDetailsElement>('.nbt-uncommitted')!;
    await act(async () => {
      place.open = true;
      await settled();
    });
    expect(place.querySelector('[role=alert]')?.textContent).toContain('no');
  });
});

describe('the panel', () => {
  it('tells what the session trained, and keeps it', async () => {
    const keep = vi.fn();
    const { element, model } = await drawn({ keep });
    await act(async () => model.closeRun());
    expect(element.querySelector('.nbt-session')?.textContent).toContain(
      'This session: 3 fits, best auc 0.93'
    );
    await act(async () => button(element, 'Keep').click());
    expect(keep).toHaveBeenCalled();
  });

  it('lists models and pipelines', async () => {
    const { element, model } = await drawn();
    await act(async () => model.closeRun());
    for (const [tab, parts] of [
      ['Models', ['penguin', 'Version 1', '@champion', 'none → 1']],
      ['Pipelines', ['pipeline', 'forest', 'verified', '1 of 1 checks equal']]
    ] as const) {
      await act(async () => {
        button(element, tab).click();
        await settled();
      });
      parts.forEach(part => expect(element.textContent).toContain(part));
    }
  });
});
