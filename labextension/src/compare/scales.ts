/** Where values stand on an axis, and what is written there. Pure. */

import { formatNumber } from '../format';

export interface Scale {
  /** From 0 to 1, or null for a value that has no place. */
  at(value: string | number | null): number | null;
  ticks: { place: number; text: string }[];
}

/** Categories beyond this can not be read. */
const MOST = 30;
/** From so many decades on, powers read better. */
const DECADES = 2;

/** An axis for values: of numbers when all of them are, linear or by powers; else of names. */
export function scaleOf(values: readonly (string | number | null)[]): Scale {
  const present = values.filter(value => value !== null);
  const numbers = present.map(toNumber);
  return numbers.every(number => number !== null)
    ? numeric(numbers as number[])
    : named(present.map(String));
}

function numeric(numbers: number[]): Scale {
  const finite = numbers.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (finite.length === 0 || low === high) {
    const ticks = finite.length > 0 ? [{ place: 0.5, text: formatNumber(low) }] : [];
    return { at: value => (isFiniteNumber(value) ? 0.5 : null), ticks };
  }
  if (low > 0 && Math.log10(high / low) >= DECADES) {
    const [start, stop] = [Math.log10(low), Math.log10(high)];
    const place = (value: number) => (Math.log10(value) - start) / (stop - start);
    const every = Math.ceil((stop - start) / 6);
    const tick = (value: number) => ({ place: place(value), text: formatNumber(value) });
    const powers = range(Math.ceil(start), Math.floor(stop), every);
    return {
      at: value => (isFiniteNumber(value) && toNumber(value)! > 0 ? place(toNumber(value)!) : null),
      // as text, since powers of ten by multiplication are not exact
      ticks: powers.map(power => tick(Number(`1e${power}`)))
    };
  }
  const place = (value: number) => (value - low) / (high - low);
  const step = niceStep((high - low) / 5);
  const ticks = range(Math.ceil(low / step), Math.floor(high / step), 1).map(
    count => Number((count * step).toPrecision(12))
  );
  return {
    at: value => (isFiniteNumber(value) ? place(toNumber(value)!) : null),
    ticks: ticks.map(tick => ({ place: place(tick), text: formatNumber(tick) }))
  };
}

function named(names: string[]): Scale {
  const known = [...new Set(names)].sort().slice(0, MOST);
  const step = 1 / Math.max(1, known.length - 1);
  const place = (index: number) => (known.length > 1 ? index * step : 0.5);
  return {
    at: value => {
      const index = value === null ? -1 : known.indexOf(String(value));
      return index < 0 ? null : place(index);
    },
    ticks: known.map((text, index) => ({ place: place(index), text: bare(text) }))
  };
}

/** A text without the quotes of its `repr`. */
export function bare(text: string): string {
  return /^(['"]).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

function toNumber(value: string | number): number | null {
  if (typeof value === 'number') {
    return value;
  }
  if (/^-?Infinity$|^NaN$/.test(value)) {
    return NaN;
  }
  const number = value.trim() === '' ? NaN : Number(value);
  return Number.isFinite(number) ? number : null;
}

function isFiniteNumber(value: string | number | null): value is string | number {
  return value !== null && Number.isFinite(toNumber(value) ?? NaN);
}

/** 1, 2 or 5 times a power of ten, not below. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const times = [1, 2, 5, 10].find(one => one * power >= least * (1 - 1e-9)) ?? 10;
  return times * power;
}

function range(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, n) => first + n * step);
}
