/** Small pieces that several views are made of. */

import * as React from 'react';

// every view is made of these, and so brings what it looks like
import '../../style/index.js';
import type { Status } from '../contract';
import { type Translator, useTools } from './context';

const COPIED_MS = 1500;

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

/** A star that is on or off. */
export function StarButton(props: { starred: boolean; onClick(): void }): React.ReactElement {
  const { trans } = useTools();
  const text = props.starred ? trans.__('Remove the star') : trans.__('Star this run');
  return (
    <button
      type="button"
      className="nbt-icon-button nbt-star"
      aria-pressed={props.starred}
      tabIndex={-1}
      title={text}
      aria-label={text}
      onClick={props.onClick}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 2.2l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4L2.2 6.5l4-.6z" />
      </svg>
    </button>
  );
}

/** What copies, and whether it did just now. */
export function useCopy(): [done: boolean, copy: (text: string) => void] {
  const tools = useTools();
  const [done, setDone] = React.useState(false);
  React.useEffect(() => {
    const timer = done ? setTimeout(() => setDone(false), COPIED_MS) : undefined;
    return () => clearTimeout(timer);
  }, [done]);
  const copy = (text: string) => {
    tools.copy(text);
    setDone(true);
  };
  return [done, copy];
}

/** A button that copies and says so for a moment. */
export function CopyButton(props: { text: string; label: string }): React.ReactElement {
  const { trans } = useTools();
  const [done, copy] = useCopy();
  return (
    <button
      type="button"
      className="nbt-icon-button"
      title={props.label}
      aria-label={props.label}
      data-done={done}
      onClick={() => copy(props.text)}
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
      <pre tabIndex={0}>{props.code}</pre>
      <CopyButton text={props.code} label={props.label} />
    </div>
  );
}

/** A foldable part of the details; `count` stands beside its title. */
export function Section(props: {
  title: string;
  count?: number;
  closed?: boolean;
  onToggle?: (open: boolean) => void;
  children: React.ReactNode;
}): React.ReactElement {
  const { onToggle } = props;
  return (
    <details
      className="nbt-section"
      open={!props.closed}
      onToggle={event =>
        // those inside of it tell here, too
        event.target === event.currentTarget && onToggle?.(event.currentTarget.open)
      }
    >
      <summary>
        <span className="nbt-section-title">{props.title}</span>
        {props.count === undefined ? null : <span className="nbt-count">{props.count}</span>}
      </summary>
      <div className="nbt-section-body">{props.children}</div>
    </details>
  );
}

/** What went wrong, told at once to those who can't see it; nothing while nothing did. */
export function Problem(props: { text: string | null | undefined }): React.ReactElement | null {
  return props.text ? (
    <p className="nbt-reason" role="alert">
      {props.text}
    </p>
  ) : null;
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
