/** Whether another run is really better over the folds of a cross-validation, or by chance. */

import * as React from 'react';

import { useTools } from '../components/context';
import type { FoldTest } from '../contract';
import { formatRough } from '../format';
import { useComparison } from './context';
import { RunLink } from './RunHead';
import { Swatch } from './Swatch';

/** Rows until all are asked for. */
const SHOWN = 40;

export function FoldTests(props: { tests: FoldTest[] }): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const [most, setMost] = React.useState(SHOWN);
  const { tests } = props;
  if (tests.length === 0) {
    return (
      <section>
        <h3>{trans.__('Over folds')}</h3>
        <p className="nbt-muted">
          {trans.__(
            'No scores of single folds were recorded in both the reference and another run. cross_val_score and searches record them.'
          )}
        </p>
      </section>
    );
  }
  return (
    <section>
      <header className="nbt-line">
        <h3>{trans.__('Over folds')}</h3>
        <span className="nbt-muted">
          {trans.__(
            'paired, against %1; corrected for shared training rows and for several runs',
            page.runs[0].name
          )}
        </span>
      </header>
      <div className="nbt-scroll">
        <table className="nbt-plain-table" data-table="folds">
          <thead>
            <tr>
              <th scope="col">{trans.__('run')}</th>
              <th scope="col">{trans.__('metric')}</th>
              <th scope="col">{trans.__('folds')}</th>
              <th scope="col">{trans.__('difference ± 95 %')}</th>
              <th scope="col">p</th>
              <th scope="col">{trans.__('verdict')}</th>
            </tr>
          </thead>
          <tbody>
            {tests.slice(0, most).map(test => (
              <tr key={`${test.key} ${test.run}`}>
                <th scope="row">
                  <span className="nbt-line">
                    <Swatch position={test.run} />
                    <RunLink run={page.runs[test.run]} />
                  </span>
                </th>
                <td>{test.key}</td>
                <td>{test.folds}</td>
                <td>
                  <strong>
                    {typeof test.difference === 'number' && test.difference > 0 ? '+' : ''}
                    {formatRough(test.difference)}
                  </strong>
                  {test.half === null ? '' : ` ± ${formatRough(test.half)}`}
                </td>
                <td>{formatRough(test.p) || '–'}</td>
                <td>
                  <Verdict test={test} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {tests.length > most ? (
        <button type="button" className="nbt-link" onClick={() => setMost(most + 10 * SHOWN)}>
          {trans.__('Show more (%1 left)', tests.length - most)}
        </button>
      ) : null}
    </section>
  );
}

function Verdict(props: { test: FoldTest }): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { tie, key, difference, same_data: same } = props.test;
  const direction = page.found!.metrics.find(row => row.key === key)?.direction ?? null;
  const higher = Number(difference) > 0;
  const text =
    tie === null
      ? trans.__('not tested')
      : tie
        ? trans.__('tie: can be chance')
        : direction === null
          ? higher
            ? trans.__('higher')
            : trans.__('lower')
          : higher === (direction === 'max')
            ? trans.__('better')
            : trans.__('worse');
  const better = tie === false && direction !== null ? higher === (direction === 'max') : null;
  return (
    <>
      <span className="nbt-verdict" data-better={better}>
        {text}
      </span>
      {same === false ? (
        <span className="nbt-badge" data-mark="data">
          {trans.__('other data')}
        </span>
      ) : null}
    </>
  );
}
