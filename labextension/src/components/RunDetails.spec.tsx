import * as React from 'react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { RunsModel } from '../model';
import { FakeServer } from '../testing/server';
import type { Tools, Translator } from './context';
import { Panel } from './Panel';

const trans: Translator = {
  __: (text, ...values) => text.replace(/%(\d)/g, (_, n) => String(values[Number(n) - 1])),
  _n: (one, many, n, ...values) => trans.__(n === 1 ? one : many, ...values)
};

async function drawn(tools: Partial<Tools> = {}): Promise<[HTMLElement, RunsModel]> {
  const model = new RunsModel(new FakeServer(1));
  const element = document.createElement('div');
  document.body.replaceChildren(element);
  const root = createRoot(element);
  await act(async () => {
    root.render(<Panel tools={{ model, trans, copy: () => undefined, ...tools }} />);
    await model.refresh();
    await model.openRun('run-0', 'run-0');
  });
  return [element, model];
}

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true));
afterEach(() => vi.unstubAllGlobals());

describe('an open run', () => {
  it('shows what was recorded, as text', async () => {
    const [element] = await drawn();
    const text = element.textContent ?? '';
    for (const part of ['first <b>try</b>', '0.97', 'n_estimators', 'X_train', 'abababab']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('1\u202f344 rows × 2 columns');
    expect(element.querySelector('b')).toBe(null);
  });

  it('puts the main metric first and defaults out of the way', async () => {
    const [element] = await drawn();
    expect(element.querySelector('[data-metric]')?.getAttribute('data-metric')).toBe('accuracy');
    expect(element.textContent).not.toContain('tol');
    const more = [...element.querySelectorAll('button')].find(b => b.textContent?.includes('1 default'));
    await act(async () => more?.click());
    expect(element.textContent).toContain('tol');
  });

  it('copies its id and opens its notebook', async () => {
    const copy = vi.fn();
    const openNotebook = vi.fn();
    const [element] = await drawn({ copy, openNotebook });
    const button = (label: string) =>
      [...element.querySelectorAll('button')].find(
        b => b.getAttribute('aria-label') === label || b.textContent === label
      );
    await act(async () => button('Copy the run id')?.click());
    await act(async () => button('train.ipynb')?.click());
    expect(copy).toHaveBeenCalledWith('run-0');
    expect(openNotebook).toHaveBeenCalledWith('notebooks/train.ipynb');
  });

  it('goes back to the list on Escape', async () => {
    const [element, model] = await drawn();
    const details = element.querySelector('.nbt-details');
    await act(async () => {
      details?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    });
    expect(model.open).toBe(null);
    expect(element.querySelector('[role=listbox]')).not.toBe(null);
  });
});
