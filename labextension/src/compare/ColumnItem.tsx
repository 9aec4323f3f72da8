/** One column that is not the same: how it changed, and how its values are distributed. */

import * as React from 'react';

import { type Translator, useTools } from '../components/context';
import type { ColumnDiff, ColumnProfile } from '../contract';
import { formatCount, formatNumber } from '../format';
import { Distribution } from './Distribution';

/** Blocks of rows that are named. */
const BLOCKS = 3;

export function ColumnItem(props: { column: ColumnDiff }): React.ReactElement {
  const { trans } = useTools();
  const { column } = props;
  const { before, after, overlay } = column;
  return (
    <article className="nbt-column-diff" data-column={column.name}>
      <div className="nbt-line">
        <strong title={column.name}>{column.name || trans.__('values')}</strong>
        <span className="nbt-badge" data-change={column.change}>
          {changeText(column.change, trans)}
        </span>
      </div>
      <p className="nbt-muted">{facts(column, trans).join(' · ')}</p>
      {overlay ? <Distribution overlay={overlay} name={column.name} /> : null}
      {before && after ? <Figures before={before} after={after} /> : null}
    </article>
  );
}

function Figures(props: { before: ColumnProfile; after: ColumnProfile }): React.ReactElement | null {
  const { trans } = useTools();
  const { before, after } = props;
  const rows: [string, string, string][] = [];
  if (before.mean !== null || after.mean !== null) {
    rows.push([trans.__('mean'), formatNumber(before.mean), formatNumber(after.mean)]);
  }
  if (before.quantiles.length === 7 && after.quantiles.length === 7) {
    const [old, now] = [before.quantiles[3], after.quantiles[3]];
    rows.push([trans.__('median'), formatNumber(old), formatNumber(now)]);
  }
  if (before.nulls > 0 || after.nulls > 0) {
    rows.push([trans.__('missing'), formatCount(before.nulls), formatCount(after.nulls)]);
  }
  return rows.length === 0 ? null : (
    <dl className="nbt-figures">
      {rows.map(([name, old, now]) => (
        <React.Fragment key={name}>
          <dt>{name}</dt>
          <dd>{old === now ? old || '–' : `${old || '–'} → ${now || '–'}`}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

function facts(column: ColumnDiff, trans: Translator): string[] {
  const { old_name: name, old_dtype: old, new_dtype: now, rows } = column;
  const found: string[] = [];
  if (name) {
    found.push(trans.__('was called %1', name));
  }
  found.push(old && now && old !== now ? `${old} → ${now}` : now || old);
  if (rows.length > 0) {
    const blocks = rows
      .slice(0, BLOCKS)
      .map(({ first, stop }) => `${formatCount(first)}–${formatCount(stop - 1)}`);
    found.push(
      trans.__('within rows %1', blocks.join(', ') + (rows.length > BLOCKS ? ' …' : ''))
    );
  }
  return found.filter(text => text !== '');
}

function changeText(change: ColumnDiff['change'], trans: Translator): string {
  switch (change) {
    case 'added':
      return trans.__('added');
    case 'removed':
      return trans.__('removed');
    case 'renamed':
      return trans.__('renamed');
    case 'changed':
      return trans.__('changed');
    case 'retyped':
      return trans.__('other type');
  }
}
