/** The params of a run, those that were chosen before those at their default. */

import * as React from 'react';

import type { Param } from '../contract';
import { useTools } from './context';
import { LongText } from './LongText';
import { Pairs, Section } from './parts';

export function Params(props: { params: Param[] }): React.ReactElement | null {
  const { trans } = useTools();
  const [all, setAll] = React.useState(false);
  const chosen = props.params.filter(param => !param.is_default);
  const defaults = props.params.filter(param => param.is_default);
  if (props.params.length === 0) {
    return null;
  }
  return (
    <Section title={trans.__('Parameters')} count={chosen.length}>
      <Pairs rows={chosen.map(row)} />
      {defaults.length > 0 ? (
        <button type="button" className="nbt-link" onClick={() => setAll(!all)}>
          {all
            ? trans.__('Hide the defaults')
            : trans._n('Show %1 default', 'Show %1 defaults', defaults.length, defaults.length)}
        </button>
      ) : null}
      {all ? (
        <div className="nbt-defaults">
          <Pairs rows={defaults.map(row)} />
        </div>
      ) : null}
    </Section>
  );
}

function row(param: Param): readonly [string, React.ReactNode] {
  return [param.key, <LongText text={param.value} />];
}
