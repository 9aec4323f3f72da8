/** The whole panel: the list, or one run in its place. */

import * as React from 'react';

import { type Tools, ToolsContext, useModel } from './context';
import { Header } from './Header';
import { Failure, Notice } from './Notice';
import { RunDetails } from './RunDetails';
import { RunList } from './RunList';

export function Panel(props: { tools: Tools }): React.ReactElement {
  return (
    <ToolsContext.Provider value={props.tools}>
      <Views />
    </ToolsContext.Provider>
  );
}

function Views(): React.ReactElement {
  const model = useModel();
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape' && model.open !== null) {
      model.closeRun();
      event.stopPropagation();
    }
  };
  if (model.open !== null) {
    return (
      <div className="nbt-view" onKeyDown={onKeyDown}>
        <RunDetails />
      </div>
    );
  }
  return (
    <div className="nbt-view">
      <Header />
      <Failure />
      {model.loading ? <Waiting /> : null}
      {model.status !== null && model.total > 0 ? <RunList /> : <Notice />}
    </div>
  );
}

function Waiting(): React.ReactElement {
  return (
    <div className="nbt-waiting" aria-hidden="true">
      {[0, 1, 2].map(index => (
        <div key={index} className="nbt-run nbt-skeleton" />
      ))}
    </div>
  );
}
