/** What the gates said when a version was promoted. */

import * as React from 'react';

import type { Gate } from '../contract';
import { useTools } from './context';

const SIGNS: Record<Gate['status'], string> = { passed: '✓', refused: '✗', 'not checked': '–' };

export function GatesBadge(props: { gates: Gate[] }): React.ReactElement | null {
  const { trans } = useTools();
  const { gates } = props;
  if (gates.length === 0) {
    return null;
  }
  const refused = gates.filter(gate => gate.status === 'refused').length;
  const passed = gates.filter(gate => gate.status === 'passed').length;
  if (refused > 0) {
    return (
      <span className="nbt-badge" data-verdict="not-reproducible">
        {trans._n('%1 gate refused', '%1 gates refused', refused, refused)}
      </span>
    );
  }
  if (passed === 0) {
    return <span className="nbt-badge">{trans.__('no gate checked')}</span>;
  }
  const left = gates.length - passed;
  return (
    <span className="nbt-badge" data-verdict="passed">
      {left === 0
        ? trans._n('%1 gate passed', '%1 gates passed', passed, passed)
        : trans.__('%1 passed, %2 not checked', passed, left)}
    </span>
  );
}

export function Gates(props: { gates: Gate[] }): React.ReactElement | null {
  const { trans } = useTools();
  if (props.gates.length === 0) {
    return null;
  }
  return (
    <details className="nbt-more">
      <summary>{trans.__('Gates')}</summary>
      <ul className="nbt-moves">
        {props.gates.map(gate => (
          <li key={gate.name} data-gate={gate.status} title={gate.remedy}>
            {SIGNS[gate.status]} <strong>{gate.name}</strong> <span>{gate.found}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
