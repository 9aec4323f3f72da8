/** The note of a run, edited where it stands. */

import * as React from 'react';

import type { RunDetail } from '../contract';
import { usePage, useTools } from './context';

export function Note(props: { run: RunDetail }): React.ReactElement {
  const page = usePage();
  const { trans, model } = useTools();
  const { note } = props.run;
  const [text, setText] = React.useState<string | null>(null);
  if (text === null) {
    const edit = () => setText(note);
    return (
      <div className="nbt-note-place" data-empty={note === ''}>
        {note ? <p className="nbt-note">{note}</p> : null}
        {model.status?.writable === false ? null : (
          <button type="button" className="nbt-link" onClick={edit}>
            {note ? trans.__('Edit note') : trans.__('Add a note')}
          </button>
        )}
      </div>
    );
  }
  const save = async () => {
    if (text === note || (await page.edit({ note: text }))) {
      setText(null);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape') {
      setText(null);
      event.stopPropagation();
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      void save();
    }
  };
  return (
    <div className="nbt-note-place">
      <textarea
        autoFocus
        value={text}
        rows={4}
        aria-label={trans.__('Note')}
        onChange={event => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="nbt-line">
        <button type="button" className="nbt-button" onClick={() => void save()}>
          {trans.__('Save')}
        </button>
        <button type="button" className="nbt-link" onClick={() => setText(null)}>
          {trans.__('Cancel')}
        </button>
      </div>
    </div>
  );
}
