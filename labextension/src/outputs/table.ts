/** The runs of a saved table: its columns, their order, and the best of them. Pure. */

import type { Float, RunRow } from '../contract';
import { formatNumber } from '../format';

export interface Sorting {
  /** `name`, `started`, `took`, `main`, `metrics.KEY` or `params.KEY`; empty as it was saved. */
  by: string;
  descending: boolean;
}

/** The columns as they were saved; without any the main metric alone. */
export function columnsOf(rows: readonly RunRow[]): string[] {
  const names = [...new Set(rows.flatMap(row => Object.keys(row.values)))];
  const alone = names.length === 0 && rows.some(row => row.main_metric !== null);
  return alone ? ['main'] : names;
}

/** What a cell of a column says. */
export function cellText(row: RunRow, column: string): string {
  const value = valueOf(row, column);
  return column.startsWith('params.') || value === null
    ? String(value ?? '')
    : formatNumber(value as Float);
}

/** Rows in another order; those without a value stand last, whatever the direction. */
export function sorted(rows: readonly RunRow[], { by, descending }: Sorting): readonly RunRow[] {
  if (by === '') {
    return rows;
  }
  const keyed = rows.map(row => ({ row, key: sortKey(row, by) }));
  const known = keyed.filter(({ key }) => key !== null);
  const unknown = keyed.filter(({ key }) => key === null);
  known.sort((a, b) => compare(a.key!, b.key!) * (descending ? -1 : 1));
  return [...known, ...unknown].map(({ row }) => row);
}

/** Ids of the runs with the best main metric of their experiment, where there is a worse one. */
export function bestOf(rows: readonly RunRow[]): ReadonlySet<string> {
  const groups = new Map<string, RunRow[]>();
  for (const row of rows) {
    const { value, direction, key } = row.main_metric ?? {};
    if (typeof value === 'number' && direction) {
      const group = JSON.stringify([row.experiment, key]);
      groups.get(group)?.push(row) ?? groups.set(group, [row]);
    }
  }
  const best = new Set<string>();
  for (const group of groups.values()) {
    const values = group.map(row => Number(row.main_metric!.value));
    const low = values.reduce((one, other) => Math.min(one, other));
    const high = values.reduce((one, other) => Math.max(one, other));
    const top = group[0].main_metric!.direction === 'max' ? high : low;
    if (low < high) {
      group.filter((_, index) => values[index] === top).forEach(row => best.add(row.run_id));
    }
  }
  return best;
}

function valueOf(row: RunRow, column: string): Float | string | null {
  return column === 'main' ? (row.main_metric?.value ?? null) : (row.values[column] ?? null);
}

function sortKey(row: RunRow, by: string): number | string | null {
  switch (by) {
    case 'name':
      return row.name;
    case 'started':
      return row.started_ms;
    case 'took':
      return row.ended_ms === null ? null : row.ended_ms - row.started_ms;
    default: {
      const value = valueOf(row, by);
      const number = value === null || value === '' ? NaN : Number(value);
      return Number.isNaN(number) ? (by.startsWith('params.') ? value : null) : number;
    }
  }
}

/** Numbers before texts, as one reads them. */
function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') {
    return a - b;
  }
  if (typeof a !== typeof b) {
    return typeof a === 'number' ? -1 : 1;
  }
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
