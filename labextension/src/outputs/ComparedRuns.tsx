/** Runs as `%track compare` saved them: the compare view's parts, with what the notebook keeps. */

import { UUID } from '@lumino/coreutils';
import * as React from 'react';

import { CompareView } from '../compare/CompareView';
import { ComparisonContext } from '../compare/context';
import { ComparePage } from '../compare/page';
import { tableLines } from '../compare/rows';
import type { Part } from '../compare/selection';
import { useChanges, useTools } from '../components/context';
import type { NotebookComparison } from '../contract';
import { formatCount } from '../format';
import { leftOut, savedApi } from './saved';
import type { Surroundings } from './surroundings';

/** Heights in pixels: of a row, and of what stands around the rows. */
const ROW = 28;
const FRAME = 220;
const [LOWEST, HIGHEST] = [280, 480];

export function ComparedRuns(props: {
  saved: NotebookComparison;
  around: Surroundings;
}): React.ReactElement {
  const { saved, around } = props;
  const { trans, compare } = useTools();
  const { comparison } = saved;
  const ids = comparison.runs.map(run => run.run_id);
  const [page] = React.useState(() => {
    const api = savedApi(saved, around.live, around.notebook);
    const key = `nbtrail-output-${UUID.uuid4()}`;
    return new ComparePage(api, key, { ids, notebook: '', part: 'table' });
  });
  React.useEffect(() => {
    void page.refresh();
    return () => page.dispose();
  }, [page]);
  useChanges(page);
  const left = leftOut(comparison);
  return (
    <ComparisonContext.Provider value={page}>
      <div className="nbt-output-compare" style={{ height: page.part === 'table' ? heightFor(saved) : HIGHEST }}>
        <CompareView
          parts={partsOf(saved)}
          bar={
            <header className="nbt-compare-bar">
              <h3>{trans._n('%1 run', '%1 runs compared', ids.length, ids.length)}</h3>
              {left > 0 ? (
                <span className="nbt-muted">
                  {trans.__('%1 more rows are not in the notebook', formatCount(left))}
                </span>
              ) : null}
              <div className="nbt-compare-tools">
                <button type="button" className="nbt-button" onClick={() => compare?.(ids)}>
                  {around.roomy ? trans.__('Open in a tab') : trans.__('Open in JupyterLab')}
                </button>
              </div>
            </header>
          }
        />
      </div>
    </ComparisonContext.Provider>
  );
}

/** Images and causes are not kept: the tab has them. */
function partsOf({ comparison, curves }: NotebookComparison): Part[] {
  const { datasets, code } = comparison;
  return [
    'table' as const,
    ...(curves.curves.length > 0 ? (['curves'] as const) : []),
    ...(datasets.some(row => row.differs) ? (['data'] as const) : []),
    ...(code.length > 0 ? (['code'] as const) : []),
    'statistics' as const,
    'plots' as const
  ];
}

/** A few rows take no more room than they need; many can be scrolled. */
function heightFor(saved: NotebookComparison): number {
  const lines = tableLines(saved.comparison, { all: false, text: '', closed: new Set() });
  return Math.min(HIGHEST, Math.max(LOWEST, FRAME + ROW * lines.length));
}
