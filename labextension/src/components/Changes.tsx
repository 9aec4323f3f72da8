/** What this run changed since its parent, or since the run before it. */

import * as React from 'react';

import type { Change, Float, RunChanges, RunDetail } from '../contract';
import { formatNumber } from '../format';
import { readDiff } from '../diff';
import { useAnswer, useModel, usePage, useTools } from './context';
import { DiffView } from './DiffView';

export function Changes(props: { run: RunDetail }): React.ReactElement | null {
  const page = usePage();
  const model = useModel();
  const { trans } = useTools();
  const { value } = useAnswer(() => page.changes(), `${props.run.run_id} ${props.run.status}`);
  if (value === null || value.against === null) {
    return null;
  }
  const { against } = value;
  const told = summary(value, trans.__.bind(trans));
  return (
    <details className="nbt-changes">
      <summary>
        <span>
          {trans.__('Since')}{' '}
          <button
            type="button"
            className="nbt-link"
            onClick={event => {
              event.preventDefault();
              model.openRun(against.run_id, against.name);
            }}
          >
            {against.name}
          </button>
          {': '}
          {told}
        </span>
      </summary>
      <div className="nbt-section-body">
        <Rows rows={value.metrics} show={value => formatNumber(value as Float)} />
        <Rows rows={value.params} show={value => value as string} />
        {value.data.map(row => (
          <p key={`${row.name} ${row.context}`}>
            <strong>{row.name}</strong> <span className="nbt-muted">{row.context}</span>{' '}
            {row.texts.join('; ')}
          </p>
        ))}
        {value.code.map((change, index) => (
          <div key={index}>
            <p>
              <strong>{change.label}</strong> <span className="nbt-muted">{change.change}</span>
            </p>
            <DiffView lines={readDiff(change.diff)} />
          </div>
        ))}
        <Rows rows={value.places} show={value => value as string} />
      </div>
    </details>
  );
}

function Rows(props: {
  rows: Change<Float | string>[];
  show(value: Float | string): string;
}): React.ReactElement | null {
  if (props.rows.length === 0) {
    return null;
  }
  const text = (value: Float | string | null) => (value === null ? '–' : props.show(value));
  return (
    <ul className="nbt-change-rows">
      {props.rows.map(row => (
        <li key={row.key}>
          <span title={row.key}>{row.key}</span>
          <code>{text(row.before)}</code> → <code>{text(row.after)}</code>
        </li>
      ))}
    </ul>
  );
}

function summary(found: RunChanges, __: (text: string, ...values: unknown[]) => string): string {
  const counts: [number, string][] = [
    [found.params.length, __('params')],
    [found.data.length, __('data')],
    [found.code.length, __('code')],
    [found.places.length, __('git or environment')]
  ];
  const parts = counts.filter(([count]) => count > 0).map(([count, noun]) => `${count} ${noun}`);
  return parts.length > 0 ? parts.join(', ') : __('nothing but the results');
}
