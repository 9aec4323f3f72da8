/** Which metrics are drawn; of very many those that were not sent can be typed. */

import * as React from 'react';

import { useTools } from '../components/context';
import { formatCount } from '../format';
import { Popup } from './Popup';

const LISTED = 200;

export function MetricChooser(props: {
  known: readonly string[];
  /** How many there are, known or not. */
  total: number;
  chosen: readonly string[];
  onChange(chosen: readonly string[]): void;
}): React.ReactElement {
  const { trans } = useTools();
  const { known, total, chosen, onChange } = props;
  const [wanted, setWanted] = React.useState('');
  const others = known.filter(
    key => !chosen.includes(key) && key.toLowerCase().includes(wanted.toLowerCase())
  );
  const toggle = (key: string) =>
    onChange(chosen.includes(key) ? chosen.filter(one => one !== key) : [...chosen, key]);
  const listed = [...chosen, ...others].slice(0, LISTED);
  const typed = wanted.trim();
  return (
    <Popup label={trans.__('Metrics (%1 of %2)', chosen.length, formatCount(total))}>
      {() => (
        <>
          <input
            type="search"
            autoFocus
            value={wanted}
            placeholder={trans.__('Find a metric')}
            aria-label={trans.__('Find a metric')}
            onChange={event => setWanted(event.target.value)}
          />
          <div className="nbt-popup-list">
            {listed.map(key => (
              <label key={key} title={key}>
                <input
                  type="checkbox"
                  checked={chosen.includes(key)}
                  onChange={() => toggle(key)}
                />
                {key}
              </label>
            ))}
            {typed && known.length < total && !listed.includes(typed) ? (
              <button type="button" className="nbt-link" onClick={() => toggle(typed)}>
                {trans.__('Draw “%1”', typed)}
              </button>
            ) : null}
          </div>
        </>
      )}
    </Popup>
  );
}
