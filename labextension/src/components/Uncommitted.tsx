/** What was not committed when a run started: the names of files, their lines on demand. */

import * as React from 'react';

import type { Code, FileChange } from '../contract';
import { readDiff } from '../diff';
import { type Translator, useAnswer, usePage, useTools } from './context';
import { DiffView } from './DiffView';

/** More files than this are opened one by one. */
const OPEN = 5;

export function Uncommitted(props: { code: Code }): React.ReactElement | null {
  const { trans } = useTools();
  const [open, setOpen] = React.useState(false);
  const { changed, snapshot } = props.code;
  if (changed.length === 0) {
    return null;
  }
  return (
    <details
      className="nbt-more nbt-uncommitted"
      onToggle={event =>
        event.target === event.currentTarget && setOpen(event.currentTarget.open)
      }
    >
      <summary>
        {trans._n(
          '%1 uncommitted change',
          '%1 uncommitted changes',
          changed.length,
          changed.length
        )}
      </summary>
      {snapshot && open ? <Files /> : null}
      {snapshot ? null : <Names code={props.code} />}
    </details>
  );
}

/** Nothing was kept, so there are only names. */
function Names(props: { code: Code }): React.ReactElement {
  const { trans } = useTools();
  const lines = [
    ...props.code.changed,
    ...props.code.left_out.map(text => trans.__('not kept: %1', text))
  ];
  return (
    <>
      {lines.map(text => (
        <div className="nbt-path" key={text} title={text}>
          {text}
        </div>
      ))}
    </>
  );
}

function Files(): React.ReactElement {
  const { trans } = useTools();
  const page = usePage();
  const { value, error } = useAnswer(() => page.diff(), page.id);
  if (value === null) {
    return (
      <p className="nbt-muted" role={error ? 'alert' : 'status'}>
        {error ? error.message : trans.__('Reading…')}
      </p>
    );
  }
  const { files, files_left_out: left } = value;
  return (
    <>
      {value.base_missing ? (
        <p className="nbt-muted">
          {trans.__(
            'Commit %1 is no longer in the repository, so files are shown whole.',
            value.base.slice(0, 10)
          )}
        </p>
      ) : null}
      {files.map(file => (
        <File key={file.path} file={file} open={files.length <= OPEN} />
      ))}
      {left > 0 ? (
        <p className="nbt-muted">{trans._n('%1 more file', '%1 more files', left, left)}</p>
      ) : null}
      {value.not_kept.map(text => (
        <div className="nbt-path" key={text} title={text}>
          {trans.__('not kept: %1', text)}
        </div>
      ))}
      <p className="nbt-muted">
        {trans.__('As files: %1', `nbtrail show ${page.id.slice(0, 16)} --code -o DIR`)}
      </p>
    </>
  );
}

function File(props: { file: FileChange; open: boolean }): React.ReactElement {
  const { trans } = useTools();
  const { file } = props;
  const title = (
    <>
      <span className="nbt-path" title={file.path}>
        {file.path}
      </span>
      <span className="nbt-muted">
        {[changeText(file.change, trans), file.note].filter(Boolean).join(', ')}
      </span>
    </>
  );
  if (file.diff.length === 0) {
    return <div className="nbt-line nbt-artifact">{title}</div>;
  }
  const left = file.lines_left_out;
  return (
    <details className="nbt-artifact" open={props.open}>
      <summary className="nbt-line">{title}</summary>
      <DiffView lines={readDiff(file.diff)} />
      {left > 0 ? (
        <p className="nbt-muted">{trans._n('%1 more line', '%1 more lines', left, left)}</p>
      ) : null}
    </details>
  );
}

function changeText(change: FileChange['change'], trans: Translator): string {
  switch (change) {
    case 'changed':
      return trans.__('changed');
    case 'added':
      return trans.__('added');
    case 'removed':
      return trans.__('removed');
  }
}
