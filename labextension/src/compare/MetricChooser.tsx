/** Which metrics are drawn; of very many those that were not sent can be typed. */

import * as React from 'react';

import { useTools } from '../components/context';
import { KeyPicker, toggled } from '../components/KeyPicker';
import { Popup } from '../components/Popup';
import { formatCount } from '../format';

export function MetricChooser(props: {
  known: readonly string[];
  /** How many there are, known or not. */
  total: number;
  chosen: readonly string[];
  onChange(chosen: readonly string[]): void;
}): React.ReactElement {
  const { trans } = useTools();
  const { known, total, chosen, onChange } = props;
  return (
    <Popup label={trans.__('Metrics (%1 of %2)', chosen.length, formatCount(total))}>
      {() => (
        <KeyPicker
          known={known}
          chosen={chosen}
          find={trans.__('Find a metric')}
          onChange={onChange}
        >
          {(typed, listed) =>
            typed && known.length < total && !listed.includes(typed) ? (
              <button
                type="button"
                className="nbt-link"
                onClick={() => onChange(toggled(chosen, typed))}
              >
                {trans.__('Draw “%1”', typed)}
              </button>
            ) : null
          }
        </KeyPicker>
      )}
    </Popup>
  );
}
