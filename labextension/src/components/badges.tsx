/** Honesty marks and verdicts, with what each of them means. */

import * as React from 'react';

import type { MarkKind, Outcome } from '../contract';
import { type Translator, useTools } from './context';

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

/** The first mark by name, the others as a number: where they stand is no room for more. */
export function MarkBadges(props: { marks: readonly MarkKind[] }): React.ReactElement | null {
  const { trans } = useTools();
  const [first, ...others] = props.marks;
  if (first === undefined) {
    return null;
  }
  const names = others.map(kind => markText(kind, trans)[0]).join(', ');
  return (
    <>
      <MarkBadge kind={first} />
      {others.length > 0 ? (
        <span className="nbt-badge" data-mark="more" title={names}>
          +{others.length}
          <span className="nbt-sr"> {names}</span>
        </span>
      ) : null}
    </>
  );
}

/** What a verdict is called, and what it means. */
export function verdictText(
  outcome: Exclude<Outcome, ''>,
  trans: Translator
): [short: string, meaning: string] {
  switch (outcome) {
    case 'verified-exact':
      return [
        trans.__('verified'),
        trans.__('Its pipeline ran again in a fresh process and gave exactly the same.')
      ];
    case 'verified-within-tolerance':
      return [
        trans.__('within tolerance'),
        trans.__('Its pipeline ran again and gave the same within the tolerance.')
      ];
    case 'reproduced-by-full-history':
      return [
        trans.__('by full history'),
        trans.__('Only all cells that ran, in their order, gave the same again.')
      ];
    case 'not-reproducible':
      return [
        trans.__('not reproducible'),
        trans.__('Its pipeline ran again and gave something else.')
      ];
  }
}

export function VerdictBadge(props: { outcome: Outcome }): React.ReactElement | null {
  const { trans } = useTools();
  const { outcome } = props;
  if (outcome === '') {
    return null;
  }
  const [short, meaning] = verdictText(outcome, trans);
  return (
    <span className="nbt-badge" data-verdict={outcome} title={meaning}>
      {outcome === 'not-reproducible' ? '✗ ' : '✓ '}
      {short}
    </span>
  );
}
