/** The name of a run in an output: a click opens the run, with everything that is known of it now. */

import * as React from 'react';

import { useTools } from '../components/context';

export function RunName(props: { id: string; name: string }): React.ReactElement {
  const { openWide, trans } = useTools();
  const { id, name } = props;
  return (
    <button
      type="button"
      className="nbt-link nbt-output-name"
      data-run={id}
      title={trans.__('Open %1', name)}
      onClick={() => openWide?.(id, name)}
    >
      {name}
    </button>
  );
}
