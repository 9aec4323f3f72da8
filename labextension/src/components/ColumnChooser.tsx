/** Which metrics and params each row shows beside its main metric. */

import * as React from 'react';

import { useKeys, useModel, useTools } from './context';
import { KeyPicker } from './KeyPicker';
import { Popup } from './Popup';

/** The server gives no more. */
const MOST = 12;

export function ColumnChooser(): React.ReactElement {
  const { trans } = useTools();
  return (
    <Popup
      label={trans.__('Choose columns')}
      title={trans.__('Columns')}
      icon={
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10" />
        </svg>
      }
    >
      {() => <Columns />}
    </Popup>
  );
}

function Columns(): React.ReactElement {
  const model = useModel();
  const { trans } = useTools();
  useKeys(model, true);
  const known = [
    ...(model.keys?.metrics ?? []).map(key => `metrics.${key}`),
    ...(model.keys?.params ?? []).map(key => `params.${key}`)
  ];
  return (
    <KeyPicker
      known={known}
      chosen={model.filter.columns}
      most={MOST}
      find={trans.__('Find a metric or param')}
      onChange={columns => model.setFilter({ columns: [...columns] })}
    >
      {() =>
        known.length === 0 ? (
          <p className="nbt-muted">{trans.__('The runs have no metrics or params yet.')}</p>
        ) : null
      }
    </KeyPicker>
  );
}
