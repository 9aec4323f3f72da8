/** Numbers, times and sizes as people read them. Pure, and without the locale's surprises. */

import type { Float } from './contract';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A metric's value with four significant digits; whole numbers stay whole. */
export function formatNumber(value: Float | null): string {
  if (value === null) {
    return '';
  }
  if (typeof value === 'string') {
    return value === 'NaN' ? 'NaN' : value.replace('Infinity', '∞').replace('-', '−');
  }
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) {
    return String(value).replace('-', '−');
  }
  if (size < 1e-3 || size >= 1e6) {
    const cut = value.toExponential(3);
    const exact = Number(cut) === value;
    return (exact ? value.toExponential() : cut).replace('e+', 'e').replaceAll('-', '−');
  }
  const cut = value.toPrecision(size >= 1000 ? 6 : 4);
  // a zero at the end says that it was rounded there
  return (Number(cut) === value ? String(value) : cut).replace('-', '−');
}

/** What is uncertain or small beside something else: two significant digits say enough. */
export function formatRough(value: Float | null): string {
  return formatNumber(typeof value === 'number' ? Number(value.toPrecision(2)) : value);
}

/** How long something took, or has been taking. */
export function formatDuration(ms: number): string {
  if (ms < SECOND) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }
  if (ms < 10 * SECOND) {
    return `${(ms / SECOND).toFixed(1)} s`;
  }
  if (ms < MINUTE) {
    return `${Math.floor(ms / SECOND)} s`;
  }
  if (ms < HOUR) {
    return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / SECOND)} s`;
  }
  return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
}

/** How long ago something was, in one unit. */
export function formatAge(ms: number): string {
  if (ms < 5 * SECOND) {
    return 'just now';
  }
  if (ms < MINUTE) {
    return `${Math.floor(ms / SECOND)} s ago`;
  }
  if (ms < HOUR) {
    return `${Math.floor(ms / MINUTE)} min ago`;
  }
  if (ms < DAY) {
    return `${Math.floor(ms / HOUR)} h ago`;
  }
  const days = Math.floor(ms / DAY);
  return days < 60 ? `${days} d ago` : `${Math.floor(days / 30)} mo ago`;
}

// making one takes longer than drawing a row of the list: made once, when first needed
let clock: Intl.DateTimeFormat | undefined;

/** A moment as the reader's clock shows it. */
export function formatTime(ms: number): string {
  clock ??= new Intl.DateTimeFormat(undefined, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit'
  });
  return clock.format(ms);
}

/** Bytes in the largest unit that keeps them above one. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit > 0 && size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** A count with thin spaces between thousands. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
