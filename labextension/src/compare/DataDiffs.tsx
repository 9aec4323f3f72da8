/** What differs in the data that two of the runs used, dataset by dataset. */

import * as React from 'react';

import { useTools } from '../components/context';
import type { ComparedDataset, DatasetDiff } from '../contract';
import { formatCount } from '../format';
import { ColumnItem } from './ColumnItem';
import { useComparison } from './context';
import { OtherRun } from './OtherRun';

export function DataDiffs(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { datasets, datasets_left_out: leftOut } = page.found!;
  return (
    <>
      <div className="nbt-part-bar">
        <OtherRun />
      </div>
      <div className="nbt-part-body" tabIndex={0} role="region" aria-label={trans.__('Data')}>
        {datasets.length === 0 ? (
          <p className="nbt-muted">{trans.__('No data was recorded of these runs.')}</p>
        ) : (
          datasets.map((row, index) => <DatasetItem key={index} row={row} />)
        )}
        {leftOut > 0 ? (
          <p className="nbt-muted">{trans.__('%1 more are not shown.', formatCount(leftOut))}</p>
        ) : null}
      </div>
    </>
  );
}

function DatasetItem(props: { row: ComparedDataset }): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { row } = props;
  const { other } = page;
  const [before, after] = [row.digests[0], row.digests[other]];
  // the server holds each run against the first one that used the data
  const base = row.digests.findIndex(digest => digest !== null);
  const diff = base === 0 ? row.diffs[other] : null;
  return (
    <section className="nbt-data-diff" data-dataset={row.name}>
      <header className="nbt-line">
        <h3 title={row.name}>{row.name}</h3>
        <span className="nbt-badge">{row.context}</span>
        <Verdict before={before} after={after} diff={diff} />
        <code className="nbt-digest">
          {before === after ? before : `${before ?? '–'} → ${after ?? '–'}`}
        </code>
      </header>
      {diff ? <Facts row={row} diff={diff} /> : null}
      {diff && diff.columns.length > 0 ? (
        <div className="nbt-column-diffs">
          {diff.columns.map((column, index) => (
            <ColumnItem key={index} column={column} />
          ))}
        </div>
      ) : null}
      {diff && diff.columns_left_out > 0 ? (
        <p className="nbt-muted">
          {trans.__('%1 more columns are not shown.', formatCount(diff.columns_left_out))}
        </p>
      ) : null}
    </section>
  );
}

function Verdict(props: {
  before: string | null;
  after: string | null;
  diff: DatasetDiff | null;
}): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { before, after, diff } = props;
  const [first, other] = [page.runs[0].name, page.runs[page.other].name];
  if (before === null || after === null) {
    return (
      <span>
        {before === after
          ? trans.__('used by neither')
          : trans.__('only in %1', before === null ? other : first)}
      </span>
    );
  }
  if (diff !== null && !diff.comparable) {
    return <span>{trans.__('its digests can not be compared')}</span>;
  }
  const same = diff === null ? before === after : diff.same_content;
  if (!same) {
    return <strong>{trans.__('other content')}</strong>;
  }
  const sampled = diff !== null && !diff.exact;
  return (
    <span className={sampled ? '' : 'nbt-clean'}>
      {sampled
        ? trans.__('no difference seen, by a sample')
        : diff !== null && !diff.same_schema
          ? trans.__('same content, other types')
          : trans.__('the same')}
    </span>
  );
}

function Facts(props: { row: ComparedDataset; diff: DatasetDiff }): React.ReactElement | null {
  const { trans } = useTools();
  const { row, diff } = props;
  const facts: string[] = [];
  if (diff.old_rows !== diff.new_rows && Math.min(diff.old_rows, diff.new_rows) >= 0) {
    const rows = `${formatCount(diff.old_rows)} → ${formatCount(diff.new_rows)}`;
    facts.push(row.kind === 'file' ? trans.__('%1 bytes', rows) : trans.__('%1 rows', rows));
  }
  if (diff.reordered) {
    facts.push(trans.__('columns in another order'));
  }
  if (diff.columns.length > 0) {
    const count = diff.columns.length + diff.columns_left_out;
    facts.push(trans._n('%1 column differs', '%1 columns differ', count, formatCount(count)));
  }
  return facts.length > 0 ? <p>{facts.join(' · ')}</p> : null;
}
