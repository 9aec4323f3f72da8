/** Small pieces that several views are made of. */

import * as React from 'react';

import type { MarkKind, Status } from '../contract';
import { type Translator, useTools } from './context';

/** The shapes differ, not only the colours. */
const SHAPES: Record<Status, React.ReactElement> = {
  RUNNING: <circle cx="8" cy="8" r="5" fill="none" strokeWidth="2.5" strokeDasharray="20 12" />,
  FINISHED: <path d="M3.5 8.5l3 3 6-6.5" fill="none" strokeWidth="2.2" />,
  FAILED: <path d="M4.5 4.5l7 7m0-7l-7 7" fill="none" strokeWidth="2.2" />,
  KILLED: <rect x="4" y="4" width="8" height="8" rx="1" stroke="none" />
};

export function statusText(status: Status, trans: Translator): string {
  switch (status) {
    case 'RUNNING':
      return trans.__('Running');
    case 'FINISHED':
      return trans.__('Finished');
    case 'FAILED':
      return trans.__('Failed');
    case 'KILLED':
      return trans.__('Killed');
  }
}

export function StatusIcon(props: { status: Status; reason: string }): React.ReactElement {
  const { trans } = useTools();
  const text = statusText(props.status, trans);
  const title = props.reason ? `${text}: ${props.reason}` : text;
  return (
    <span className="nbt-status" data-status={props.status} role="img" aria-label={text} title={title}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {SHAPES[props.status]}
      </svg>
    </span>
  );
}

/** What a mark is called in a row, and what it means. */
export function markText(kind: MarkKind, trans: Translator): [short: string, meaning: string] {
  switch (kind) {
    case 'dirty-tree':
      return [trans.__('dirty'), trans.__('The git tree had changes that were not committed.')];
    case 'out-of-order':
      return [trans.__('out of order'), trans.__('Cells ran in another order than they stand.')];
    case 'stale':
      return [trans.__('stale'), trans.__('A cell was edited after it ran.')];
    case 'hidden-state':
      return [trans.__('hidden state'), trans.__('It used something that no cell shows any more.')];
    case 'sampled':
      return [trans.__('sampled'), trans.__('Some data was digested by a sample only.')];
    case 'unseeded':
      return [trans.__('unseeded'), trans.__('Random numbers were drawn without a seed.')];
    case 'redacted':
      return [trans.__('redacted'), trans.__('A secret was left out.')];
  }
}

export function MarkBadge(props: { kind: MarkKind }): React.ReactElement {
  const { trans } = useTools();
  const [short, meaning] = markText(props.kind, trans);
  return (
    <span className="nbt-badge" data-mark={props.kind} title={meaning}>
      {short}
    </span>
  );
}

/** A button that copies and says so for a moment. */
export function CopyButton(props: { text: string; label: string }): React.ReactElement {
  const { trans, copy } = useTools();
  const [done, setDone] = React.useState(false);
  React.useEffect(() => {
    if (!done) {
      return;
    }
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <button
      type="button"
      className="nbt-icon-button"
      title={props.label}
      aria-label={props.label}
      data-done={done}
      onClick={() => {
        copy(props.text);
        setDone(true);
      }}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {done ? (
          <path d="M3 8.5l3.3 3.3L13 5" />
        ) : (
          <path d="M5.5 5.5V3a.5.5 0 0 1 .5-.5h7a.5.5 0 0 1 .5.5v7a.5.5 0 0 1-.5.5h-2.5M3 5.5h7a.5.5 0 0 1 .5.5v7a.5.5 0 0 1-.5.5H3a.5.5 0 0 1-.5-.5V6a.5.5 0 0 1 .5-.5z" />
        )}
      </svg>
      <span className="nbt-sr" role="status">
        {done ? trans.__('Copied') : ''}
      </span>
    </button>
  );
}

/** Code with a button to copy it. */
export function Snippet(props: { code: string; label: string }): React.ReactElement {
  return (
    <div className="nbt-snippet">
      <pre>{props.code}</pre>
      <CopyButton text={props.code} label={props.label} />
    </div>
  );
}

/** A foldable part of the details; `count` stands beside its title. */
export function Section(props: {
  title: string;
  count?: number;
  closed?: boolean;
  children: React.ReactNode;
}): React.ReactElement {
  return (
    <details className="nbt-section" open={!props.closed}>
      <summary>
        <span className="nbt-section-title">{props.title}</span>
        {props.count === undefined ? null : <span className="nbt-count">{props.count}</span>}
      </summary>
      <div className="nbt-section-body">{props.children}</div>
    </details>
  );
}

/** Names and values, one pair a line. */
export function Pairs(props: {
  rows: readonly (readonly [string, React.ReactNode])[];
}): React.ReactElement {
  return (
    <dl className="nbt-pairs">
      {props.rows.map(([name, value]) => (
        <React.Fragment key={name}>
          <dt title={name}>{name}</dt>
          <dd>{value}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}
