/** Keys to tick, of which there can be very many. */

import * as React from 'react';

const LISTED = 200;

interface Choice {
  chosen: readonly string[];
  /** No more can be chosen. */
  most?: number;
  onChange(chosen: readonly string[]): void;
}

/** Those that are chosen come first, then what is found of the others. */
export function KeyPicker(
  props: Choice & {
    known: readonly string[];
    /** What the field to find them by says. */
    find: string;
    /** More below the list, which may depend on what is looked for. */
    children?: (wanted: string, listed: readonly string[]) => React.ReactNode;
  }
): React.ReactElement {
  const { known, find, children, ...choice } = props;
  const [wanted, setWanted] = React.useState('');
  const others = known.filter(
    key => !choice.chosen.includes(key) && key.toLowerCase().includes(wanted.toLowerCase())
  );
  const listed = [...choice.chosen, ...others].slice(0, LISTED);
  return (
    <>
      <input
        type="search"
        autoFocus
        value={wanted}
        placeholder={find}
        aria-label={find}
        onChange={event => setWanted(event.target.value)}
      />
      <Ticks {...choice} keys={listed}>
        {children?.(wanted.trim(), listed)}
      </Ticks>
    </>
  );
}

/** One box for each key. */
export function Ticks(
  props: Choice & { keys: readonly string[]; children?: React.ReactNode }
): React.ReactElement {
  const { chosen, most = Infinity, onChange } = props;
  const toggle = (key: string) => onChange(toggled(chosen, key));
  return (
    <div className="nbt-popup-list">
      {props.keys.slice(0, LISTED).map(key => (
        <label key={key} title={key}>
          <input
            type="checkbox"
            checked={chosen.includes(key)}
            disabled={!chosen.includes(key) && chosen.length >= most}
            onChange={() => toggle(key)}
          />
          {key}
        </label>
      ))}
      {props.children}
    </div>
  );
}

/** The keys without one of them, or with it as the last. */
export function toggled(keys: readonly string[], key: string): readonly string[] {
  return keys.includes(key) ? keys.filter(one => one !== key) : [...keys, key];
}
