/** What stands in place of the list: why it is empty, and what to run next. */

import * as React from 'react';

import type { Quick } from '../api';
import { type Translator, useModel, useTools } from './context';
import { Snippet } from './parts';

const LOAD = '%load_ext nbtrail';
const TRACK = '%%track baseline\nmodel.fit(X_train, y_train)\nmodel.score(X_test, y_test)';

/** The text for an empty list, or null where there is something to list. */
export function Notice(): React.ReactElement | null {
  const model = useModel();
  const { trans } = useTools();
  const copyLabel = trans.__('Copy');
  if (model.pinnedGone && model.status?.store !== 'unreadable') {
    return <Gone project={model.choice.pinned!} />;
  }
  switch (model.status?.store) {
    case 'absent':
      return (
        <Box title={trans.__('No runs here yet')}>
          <p>{trans.__('Start recording in any notebook of your project:')}</p>
          <Snippet code={LOAD} label={copyLabel} />
          <p>{trans.__('Then make a cell a run:')}</p>
          <Snippet code={TRACK} label={copyLabel} />
          <p className="nbt-muted">{trans.__('It appears here at once, without a reload.')}</p>
        </Box>
      );
    case 'outside':
      return (
        <Box title={trans.__('These runs lie out of reach')}>
          <p>
            {trans.__(
              "The trail of this project is kept above the folder JupyterLab was started in. Start JupyterLab in the project's own folder to see its runs."
            )}
          </p>
        </Box>
      );
    case 'unreadable':
      return (
        <Box title={trans.__("The trail can't be read")}>
          <p>{trans.__("The server's log says why. In the project's folder, run:")}</p>
          <Snippet code="nbtrail store doctor" label={copyLabel} />
        </Box>
      );
    case 'found':
      return model.total > 0 ? null : <NothingFound />;
    default:
      return null;
  }
}

function Gone(props: { project: string }): React.ReactElement {
  const { model, trans } = useTools();
  return (
    <Box title={trans.__('The pinned trail is not there')}>
      <p>
        {trans.__(
          'The folder %1 has no trail now. It is shown again as soon as it is back.',
          props.project || trans.__('(top folder)')
        )}
      </p>
      <button type="button" className="nbt-button" onClick={() => model.pin(null)}>
        {trans.__('Follow the notebook')}
      </button>
    </Box>
  );
}

function NothingFound(): React.ReactElement {
  const model = useModel();
  const { trans } = useTools();
  const { text, here, quick } = model.filter;
  if (text || quick || (here && model.status?.notebook)) {
    return (
      <Box
        title={text || quick ? trans.__('No run matches') : trans.__('No run of this notebook')}
      >
        {quick ? <p>{quickText(quick, trans)}</p> : null}
        <button
          type="button"
          className="nbt-button"
          onClick={() => model.setFilter({ text: '', here: false, quick: '' })}
        >
          {trans.__('Show all runs')}
        </button>
      </Box>
    );
  }
  if (here) {
    return (
      <Box title={trans.__('No notebook is open')}>
        <p>{trans.__('Open a notebook of the project to see its runs.')}</p>
      </Box>
    );
  }
  return (
    <Box title={trans.__('No runs yet')}>
      <p>{trans.__('nbtrail is recording. Make a cell a run:')}</p>
      <Snippet code={TRACK} label={trans.__('Copy')} />
      <p className="nbt-muted">{trans.__('Or keep what already ran:')}</p>
      <Snippet code="%track keep" label={trans.__('Copy')} />
    </Box>
  );
}

/** A question to the server failed: say so, keep what is there, offer to ask again. */
export function Failure(): React.ReactElement | null {
  const model = useModel();
  const { trans } = useTools();
  if (model.error === null) {
    return null;
  }
  if (model.error.code === 'usage') {
    // a search that is not complete yet: nothing failed, and trying again changes nothing
    const [said, ...excerpt] = model.error.message.split('\n');
    const place = excerpt.slice(0, 2);
    return (
      <div className="nbt-hint" role="status">
        {said}
        {place.length > 0 ? <pre>{place.join('\n')}</pre> : null}
      </div>
    );
  }
  return (
    <div className="nbt-failure" role="alert">
      <span>{model.error.message}</span>
      <button type="button" className="nbt-button" onClick={() => void model.refresh()}>
        {trans.__('Retry')}
      </button>
    </div>
  );
}

/** What to run so that a quick filter finds something. */
function quickText(quick: Exclude<Quick, ''>, trans: Translator): string {
  switch (quick) {
    case 'running':
      return trans.__('Nothing is running now.');
    case 'starred':
      return trans.__('Click the star of a run to find it here again.');
    case 'reproducible':
      return trans.__('Export a run to have it verified: %track export best -o pipeline');
    case 'failed':
      return trans.__('Nothing failed.');
  }
}

export function Box(props: { title: string; children: React.ReactNode }): React.ReactElement {
  return (
    <div className="nbt-notice">
      <h3>{props.title}</h3>
      {props.children}
    </div>
  );
}
