/** What each gate says about a promotion, and what helps where one refuses. */

import * as React from 'react';

import type { Gate } from '../contract';
import { useTools } from '../components/context';

export function GateReport(props: { gates: readonly Gate[] }): React.ReactElement {
  const { trans } = useTools();
  const words: Record<Gate['status'], [string, string]> = {
    passed: ['✓', trans.__('passed')],
    refused: ['✗', trans.__('refused')],
    'not checked': ['–', trans.__('not checked')]
  };
  return (
    <ul className="nbt-gates" aria-label={trans.__('Gates')}>
      {props.gates.map(gate => {
        const [sign, word] = words[gate.status];
        return (
          <li key={gate.name} data-gate={gate.status}>
            <span className="nbt-gate-sign" aria-hidden="true">
              {sign}
            </span>
            <div>
              <strong>{gate.name}</strong> <span className="nbt-gate-status">{word}</span>
              <div>{gate.found}</div>
              {gate.remedy && gate.status !== 'passed' ? (
                <div className="nbt-muted">{trans.__('What helps: %1', gate.remedy)}</div>
              ) : null}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
