/** What differs in the code of two of the runs, cell by cell, and in what it ran on. */

import * as React from 'react';

import { type Translator, useTools } from '../components/context';
import { DiffView } from '../components/DiffView';
import type { CodeChange, FactRow } from '../contract';
import { readDiff } from '../diff';
import { formatCount } from '../format';
import { useComparison } from './context';
import { OtherRun } from './OtherRun';

export function CodeDiffs(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const found = page.found!;
  const { other } = page;
  const changes = found.code.filter(change => change.run === other);
  const same = found.same_cells[page.runs[other].run_id] ?? 0;
  const facts = [...found.git, ...found.environment].filter(
    row => row.values[0] !== row.values[other]
  );
  return (
    <>
      <div className="nbt-part-bar">
        <OtherRun />
        {found.code_compared ? (
          <span className="nbt-muted">
            {trans._n('%1 cell is the same', '%1 cells are the same', same, formatCount(same))}
          </span>
        ) : null}
      </div>
      <div className="nbt-part-body" tabIndex={0} role="region" aria-label={trans.__('Code')}>
        {!found.code_compared ? (
          <p className="nbt-muted">
            {trans.__('The cells of these runs were not recorded, so their code can not be compared.')}
          </p>
        ) : changes.length === 0 ? (
          <p className="nbt-clean">{trans.__('Both ran the same code.')}</p>
        ) : (
          changes.map((change, index) => <Change key={index} change={change} />)
        )}
        {found.code_left_out > 0 ? (
          <p className="nbt-muted">
            {trans.__('Of all runs, %1 changes are not shown.', formatCount(found.code_left_out))}
          </p>
        ) : null}
        <section>
          <h3>{trans.__('Git and environment')}</h3>
          {facts.length > 0 ? (
            <Facts rows={facts} other={other} />
          ) : (
            <p className="nbt-clean">{trans.__('The same in both runs.')}</p>
          )}
          {found.same_packages > 0 ? (
            <p className="nbt-muted">
              {trans._n(
                '%1 package is the same in all runs.',
                '%1 packages are the same in all runs.',
                found.same_packages,
                formatCount(found.same_packages)
              )}
            </p>
          ) : null}
        </section>
      </div>
    </>
  );
}

function Change(props: { change: CodeChange }): React.ReactElement {
  const { trans } = useTools();
  const { change } = props;
  return (
    <section className="nbt-code-diff" data-change={change.change}>
      <header className="nbt-line">
        <code>{change.label}</code>
        <span className="nbt-badge">{changeText(change.change, trans)}</span>
      </header>
      <DiffView lines={readDiff(change.diff)} />
      {change.lines_left_out > 0 ? (
        <p className="nbt-muted">
          {trans.__('%1 more lines are not shown.', formatCount(change.lines_left_out))}
        </p>
      ) : null}
    </section>
  );
}

function Facts(props: { rows: FactRow[]; other: number }): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { rows, other } = props;
  return (
    <table className="nbt-table nbt-facts-table">
      <thead>
        <tr>
          <th scope="col">{trans.__('fact')}</th>
          <th scope="col">{page.runs[0].name}</th>
          <th scope="col">{page.runs[other].name}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={row.key}>
            <th scope="row" title={row.key}>
              {row.key}
            </th>
            {[0, other].map(position => (
              <td key={position} title={row.values[position] ?? ''}>
                <code>{row.values[position] ?? '–'}</code>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function changeText(change: CodeChange['change'], trans: Translator): string {
  switch (change) {
    case 'added':
      return trans.__('added');
    case 'removed':
      return trans.__('removed');
    case 'changed':
      return trans.__('changed');
  }
}
