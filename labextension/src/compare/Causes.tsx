/** Why a run's metrics are not those of the reference: causes, the most direct first. */

import * as React from 'react';

import { type Translator, useAnswer, useTools } from '../components/context';
import { DiffView } from '../components/DiffView';
import type { Cause, Why } from '../contract';
import { readDiff } from '../diff';
import { formatCount, formatNumber } from '../format';
import { useComparison } from './context';
import { OtherRun } from './OtherRun';

/** Metrics that are listed; the table has all of them. */
const MOVED = 8;
/** A cause with more lines than this is folded. */
const LINES = 12;

export function Causes(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const other = page.runs[page.other];
  const { value, error } = useAnswer(
    () => page.why(other.run_id),
    `${page.runs[0].run_id} ${other.run_id} ${page.answers}`
  );
  const current = value?.runs[1].run_id === other.run_id ? value : null;
  return (
    <>
      <div className="nbt-part-bar">
        <OtherRun />
      </div>
      <div className="nbt-part-body" tabIndex={0} role="region" aria-label={trans.__('Causes')}>
        {error ? <p className="nbt-muted">{error.message}</p> : null}
        {current ? <CauseList why={current} /> : error ? null : <p>{trans.__('Loading …')}</p>}
      </div>
    </>
  );
}

/** What moved, the causes of it, and what stays in doubt. */
export function CauseList(props: { why: Why }): React.ReactElement {
  const { trans } = useTools();
  const { metrics, causes, causes_left_out: leftOut, doubts } = props.why;
  return (
    <>
      <section className="nbt-moved">
        {metrics.slice(0, MOVED).map(({ key, values }) => (
          <span key={key} className="nbt-move">
            <span className="nbt-muted" title={key}>
              {key}
            </span>
            {formatNumber(values[0]) || '–'} → <strong>{formatNumber(values[1]) || '–'}</strong>
          </span>
        ))}
        {metrics.length > MOVED ? (
          <span className="nbt-muted">
            {trans.__('and %1 more', formatCount(metrics.length - MOVED))}
          </span>
        ) : null}
      </section>
      {causes.length === 0 ? (
        <p>{trans.__('Nothing that was recorded differs. What is left is chance, or time.')}</p>
      ) : (
        <ol className="nbt-causes" aria-label={trans.__('Causes, the most direct first')}>
          {causes.map((cause, index) => (
            <Item key={index} cause={cause} />
          ))}
        </ol>
      )}
      {leftOut > 0 ? (
        <p className="nbt-muted">{trans.__('%1 more are not shown.', formatCount(leftOut))}</p>
      ) : null}
      {doubts.length > 0 ? (
        <section>
          <h3>{trans.__('What stays in doubt')}</h3>
          <ul className="nbt-marks">
            {doubts.map((doubt, index) => (
              <li key={index}>{doubt}</li>
            ))}
          </ul>
        </section>
      ) : null}
      <p className="nbt-muted">
        {trans.__(
          'In the order in which a difference can move a metric: data, parameters, code, seed, environment. No share is claimed.'
        )}
      </p>
    </>
  );
}

function Item(props: { cause: Cause }): React.ReactElement {
  const { trans } = useTools();
  const { kind, what, details, moves } = props.cause;
  const body =
    kind === 'code' ? (
      <DiffView lines={readDiff(details)} />
    ) : (
      details.map((text, index) => <code key={index}>{text}</code>)
    );
  return (
    <li data-cause={kind}>
      <div className="nbt-line">
        <span className="nbt-badge">{kindText(kind, trans)}</span>
        <strong title={what}>{what}</strong>
        {moves.length > 0 ? (
          <span className="nbt-muted" title={moves.join(', ')}>
            {trans.__('measured on it: %1', moves.slice(0, 3).join(', '))}
          </span>
        ) : null}
      </div>
      {details.length > LINES ? (
        <details className="nbt-more">
          <summary>{trans.__('%1 lines', formatCount(details.length))}</summary>
          {body}
        </details>
      ) : (
        body
      )}
    </li>
  );
}

function kindText(kind: Cause['kind'], trans: Translator): string {
  switch (kind) {
    case 'data':
      return trans.__('data');
    case 'params':
      return trans.__('parameter');
    case 'code':
      return trans.__('code');
    case 'seed':
      return trans.__('seed');
    case 'environment':
      return trans.__('environment');
  }
}
