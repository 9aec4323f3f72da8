import * as React from 'react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { KeyPicker } from './KeyPicker';
import { Popup } from './Popup';

const KNOWN = ['auc', 'loss', 'train/auc'];

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true));
afterEach(() => vi.unstubAllGlobals());

async function drawn(element: React.ReactElement): Promise<HTMLElement> {
  const place = document.createElement('div');
  document.body.replaceChildren(place);
  await act(async () => createRoot(place).render(element));
  return place;
}

async function type(place: HTMLElement, text: string): Promise<void> {
  const input = place.querySelector<HTMLInputElement>('input[type=search]');
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
    input?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

function labels(place: HTMLElement): string[] {
  return [...place.querySelectorAll('label')].map(label => label.textContent ?? '');
}

describe('the keys to tick', () => {
  it('lists those that are chosen first, whatever is looked for', async () => {
    const place = await drawn(
      <KeyPicker known={KNOWN} chosen={['loss']} find="Find" onChange={() => undefined} />
    );
    expect(labels(place)).toEqual(['loss', 'auc', 'train/auc']);
    await type(place, 'TRAIN');
    expect(labels(place)).toEqual(['loss', 'train/auc']);
  });

  it('ticks and unticks, up to the most', async () => {
    const onChange = vi.fn();
    const place = await drawn(
      <KeyPicker known={KNOWN} chosen={['loss', 'auc']} most={2} find="Find" onChange={onChange} />
    );
    const [loss, , other] = place.querySelectorAll<HTMLInputElement>('input[type=checkbox]');
    await act(async () => loss.click());
    expect(onChange).toHaveBeenCalledExactlyOnceWith(['auc']);
    expect(other.disabled).toBe(true);
  });

  it('can offer what is not listed', async () => {
    const place = await drawn(
      <KeyPicker known={KNOWN} chosen={[]} find="Find" onChange={() => undefined}>
        {(wanted, listed) => <p>{listed.includes(wanted) ? 'listed' : wanted}</p>}
      </KeyPicker>
    );
    await type(place, ' f1 ');
    expect(place.querySelector('p')?.textContent).toBe('f1');
    await type(place, 'auc');
    expect(place.querySelector('p')?.textContent).toBe('listed');
  });
});

describe('a box below a button', () => {
  const box = (
    <Popup label="Choose" title="Choice" icon={<svg />}>
      {close => <button onClick={close}>Done</button>}
    </Popup>
  );

  it('gives the keyboard back when it closes', async () => {
    const place = await drawn(box);
    const button = place.querySelector<HTMLButtonElement>('[aria-label=Choose]');
    await act(async () => button?.click());
    const dialog = place.querySelector('[role=dialog]');
    expect(dialog?.getAttribute('aria-label')).toBe('Choice');
    await act(async () =>
      dialog?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    );
    expect(place.querySelector('[role=dialog]')).toBe(null);
    expect(document.activeElement).toBe(button);
  });

  it('is closed by a click elsewhere, not by one inside', async () => {
    const place = await drawn(box);
    await act(async () => place.querySelector('button')?.click());
    const press = (on: Element | null) =>
      act(async () => void on?.dispatchEvent(new MouseEvent('mousedown', { bubbles: true })));
    await press(place.querySelector('[role=dialog] button'));
    expect(place.querySelector('[role=dialog]')).not.toBe(null);
    await press(document.body);
    expect(place.querySelector('[role=dialog]')).toBe(null);
  });
});
