/** The whole panel: runs, models or pipelines, or one run in their place. */

import * as React from 'react';

import type { Tab } from '../model';
import { Boundary } from './Boundary';
import { PageContext, type Tools, ToolsContext, useModel, useTools } from './context';
import { Header } from './Header';
import { ModelList } from './ModelList';
import { Failure, Notice } from './Notice';
import { PipelineList } from './PipelineList';
import { RunDetails } from './RunDetails';
import { RunList } from './RunList';
import { SelectionBar } from './SelectionBar';
import { SessionRow } from './SessionRow';
import { TrailSelect } from './TrailSelect';

export function Panel(props: { tools: Tools }): React.ReactElement {
  return (
    <ToolsContext.Provider value={props.tools}>
      <Boundary>
        <Views />
      </Boundary>
    </ToolsContext.Provider>
  );
}

function Views(): React.ReactElement {
  const model = useModel();
  const { open } = model;
  // the keyboard goes on in the list where it left it for a run
  const before = React.useRef(open);
  const cameBack = before.current !== null && open === null;
  React.useEffect(() => {
    before.current = open;
  }, [open]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape' && open !== null) {
      model.closeRun();
      event.stopPropagation();
    }
  };
  if (open !== null) {
    return (
      <div className="nbt-view" onKeyDown={onKeyDown}>
        <PageContext.Provider value={open} key={open.id}>
          <RunDetails onBack={() => model.closeRun()} />
        </PageContext.Provider>
      </div>
    );
  }
  return (
    <div className="nbt-view">
      <TrailSelect />
      <Tabs />
      <div className="nbt-tab" role="tabpanel" aria-labelledby={`nbt-tab-${model.tab}`}>
        <TabContent tab={model.tab} cameBack={cameBack} />
      </div>
    </div>
  );
}

function TabContent(props: { tab: Tab; cameBack: boolean }): React.ReactElement {
  const model = useModel();
  if (props.tab !== 'runs') {
    const ready = model.status?.store === 'found' && !model.pinnedGone;
    return (
      <>
        <Failure />
        {!ready ? <Notice /> : props.tab === 'models' ? <ModelList /> : <PipelineList />}
      </>
    );
  }
  return (
    <>
      <SessionRow />
      <Header />
      <Failure />
      {model.loading ? <Waiting /> : null}
      {model.status !== null && model.total > 0 ? <RunList focused={props.cameBack} /> : <Notice />}
      <SelectionBar />
    </>
  );
}

function Tabs(): React.ReactElement {
  const model = useModel();
  const { trans } = useTools();
  const tabs: [Tab, string][] = [
    ['runs', trans.__('Runs')],
    ['models', trans.__('Models')],
    ['pipelines', trans.__('Pipelines')]
  ];
  const move = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step !== 0) {
      const place = tabs.findIndex(([tab]) => tab === model.tab);
      const [next] = tabs[(place + step + tabs.length) % tabs.length];
      model.setTab(next);
      document.getElementById(`nbt-tab-${next}`)?.focus();
      event.preventDefault();
    }
  };
  return (
    <div className="nbt-tabs" role="tablist" aria-label="nbtrail" onKeyDown={move}>
      {tabs.map(([tab, text]) => (
        <button
          key={tab}
          id={`nbt-tab-${tab}`}
          type="button"
          role="tab"
          aria-selected={tab === model.tab}
          tabIndex={tab === model.tab ? 0 : -1}
          onClick={() => model.setTab(tab)}
        >
          {text}
        </button>
      ))}
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
