/** The tags of a run: taken away by a click, added as key=value. */

import * as React from 'react';

import type { RunDetail } from '../contract';
import { usePage, useTools } from './context';

/** Tags of our own say things that the page shows elsewhere. */
const OWN = 'nbtrail.';

export function Tags(props: { run: RunDetail }): React.ReactElement {
  const page = usePage();
  const { trans, model } = useTools();
  const [text, setText] = React.useState<string | null>(null);
  const writable = model.status?.writable !== false;
  const entries = Object.entries(props.run.tags).filter(([key]) => !key.startsWith(OWN));
  const add = async () => {
    const [key, ...value] = (text ?? '').split('=');
    const done = !key.trim() || (await page.edit({ tags: { [key.trim()]: value.join('=').trim() } }));
    if (done) {
      setText(null);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') {
      void add();
    } else if (event.key === 'Escape') {
      setText(null);
      event.stopPropagation();
    }
  };
  return (
    <div className="nbt-tags">
      {entries.map(([key, value]) => (
        <span className="nbt-tag" key={key} title={`${key} = ${value}`}>
          <span className="nbt-tag-text">
            {key}
            {value ? <strong>{value}</strong> : null}
          </span>
          {writable ? (
            <button
              type="button"
              aria-label={trans.__('Remove tag %1', key)}
              title={trans.__('Remove')}
              onClick={() => void page.edit({ tags: { [key]: null } })}
            >
              ×
            </button>
          ) : null}
        </span>
      ))}
      {!writable ? null : text === null ? (
        <button type="button" className="nbt-link" onClick={() => setText('')}>
          {trans.__('Add a tag')}
        </button>
      ) : (
        <input
          autoFocus
          className="nbt-tag-input"
          value={text}
          placeholder={trans.__('key=value')}
          aria-label={trans.__('New tag, as key=value')}
          onChange={event => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={() => void add()}
        />
      )}
    </div>
  );
}
