/** The rows of the table: what differs first, under a heading for each kind. Pure. */

import type { Comparison, FactRow, Float, MetricRow } from '../contract';
import { formatCount, formatNumber, formatRough, formatSize } from '../format';

export const SECTIONS = ['metrics', 'params', 'data', 'git', 'environment'] as const;

export type SectionKey = (typeof SECTIONS)[number];

export interface SectionLine {
  kind: 'section';
  section: SectionKey;
  /** Rows below it, and how many there are in all. */
  shown: number;
  total: number;
  open: boolean;
}

export interface FactLine {
  kind: 'row';
  section: SectionKey;
  key: string;
  values: readonly (string | null)[];
  differs: boolean;
  /** The numbers behind the texts, of a metric. */
  metric: MetricRow | null;
}

export type Line = SectionLine | FactLine;

export interface RowsShown {
  /** Also those that are the same in all runs. */
  all: boolean;
  text: string;
  closed: ReadonlySet<SectionKey>;
}

/** Every row of a comparison by section, in the server's order: those that differ come first. */
export function factLines(found: Comparison): Record<SectionKey, FactLine[]> {
  return {
    metrics: found.metrics.map(row => ({
      kind: 'row',
      section: 'metrics',
      key: row.key,
      values: row.values.map(value => (value === null ? null : formatNumber(value))),
      differs: row.differs,
      metric: row
    })),
    params: found.params.map(facts('params')),
    data: found.datasets.map(row => ({
      kind: 'row',
      section: 'data',
      key: `${row.name} (${row.context})`,
      values: row.digests.map((digest, run) =>
        digest === null ? null : [digest, extent(row.rows[run], row.kind)].join(' ').trim()
      ),
      differs: row.differs,
      metric: null
    })),
    git: found.git.map(facts('git')),
    environment: found.environment.map(facts('environment'))
  };
}

/** The lines that are shown one below the other. */
export function tableLines(found: Comparison, shown: RowsShown): Line[] {
  const sections = factLines(found);
  const totals: Record<SectionKey, number> = {
    metrics: found.metrics_total,
    params: found.params_total,
    data: found.datasets.length + found.datasets_left_out,
    git: found.git.length,
    environment: found.environment_total
  };
  const wanted = shown.text.trim().toLowerCase();
  return SECTIONS.flatMap((section): Line[] => {
    const rows = sections[section].filter(
      row => (shown.all || row.differs) && row.key.toLowerCase().includes(wanted)
    );
    const open = !shown.closed.has(section);
    return rows.length === 0
      ? []
      : [
          { kind: 'section', section, shown: rows.length, total: totals[section], open },
          ...(open ? rows : [])
        ];
  });
}

/** How a value stands to that of the reference. */
export interface Gap {
  text: string;
  /** Null where no direction is known. */
  better: boolean | null;
}

/** What a number of a run has more or less than the reference; null where that says nothing. */
export function gap(value: Float | null, reference: Float | null, direction: MetricRow['direction']): Gap | null {
  if (typeof value !== 'number' || typeof reference !== 'number' || value === reference) {
    return null;
  }
  const more = value - reference;
  return {
    text: `${more > 0 ? '+' : ''}${formatRough(more)}`,
    better: direction === null ? null : more > 0 === (direction === 'max')
  };
}

function facts(section: SectionKey): (row: FactRow) => FactLine {
  return row => ({ kind: 'row', section, ...row, metric: null });
}

function extent(rows: number | null, kind: string): string {
  if (rows === null || rows < 0) {
    return '';
  }
  return kind === 'file' ? formatSize(rows) : `× ${formatCount(rows)}`;
}
