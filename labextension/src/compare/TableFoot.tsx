/** The value that the keyboard or the pointer chose, as long as it is. */

import * as React from 'react';

import { useTools } from '../components/context';
import { CopyButton } from '../components/parts';
import { useComparison } from './context';
import type { FactLine } from './rows';

export function TableFoot(props: { line: FactLine | null; run: number }): React.ReactElement | null {
  const page = useComparison();
  const { trans } = useTools();
  const { line, run } = props;
  if (line === null) {
    return null;
  }
  const exact = line.metric?.values[run] ?? null;
  const value = exact === null ? line.values[run] : String(exact);
  return (
    <div className="nbt-grid-foot" role="status">
      <span className="nbt-muted">
        {line.key} · {page.runs[run]?.name}
      </span>
      <code>{value ?? trans.__('none')}</code>
      {value === null ? null : <CopyButton text={value} label={trans.__('Copy the value')} />}
    </div>
  );
}
