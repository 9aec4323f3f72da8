/** A comparison in a tab of the main area. */

import * as React from 'react';

import type { CompareApi } from '../api';
import { Boundary } from '../components/Boundary';
import { type Tools, ToolsContext } from '../components/context';
import { SeenWidget } from '../seen';
import { ComparisonContext } from './context';
import { CompareView } from './CompareView';
import { ComparePage } from './page';
import type { Selection } from './selection';

export class CompareTab extends SeenWidget {
  constructor(
    private readonly tools: Tools,
    readonly page: ComparePage
  ) {
    super();
    this.addClass('nbt-wide');
    this.title.closable = true;
    this._name();
    page.changed.connect(this._name);
  }

  override dispose(): void {
    this.page.changed.disconnect(this._name);
    this.page.dispose();
    super.dispose();
  }

  protected override render(): React.ReactElement {
    return (
      <ToolsContext.Provider value={this.tools}>
        <ComparisonContext.Provider value={this.page}>
          <Boundary>
            <CompareView />
          </Boundary>
        </ComparisonContext.Provider>
      </ToolsContext.Provider>
    );
  }

  protected override onSeen(seen: boolean): void {
    this.page.setVisible(seen);
  }

  private readonly _name = (): void => {
    const { trans } = this.tools;
    const { ids, runs } = this.page;
    this.title.label =
      runs.length === 2
        ? trans.__('%1 against %2', runs[1].name, runs[0].name)
        : trans._n('%1 run', '%1 runs compared', ids.length, ids.length);
    this.title.caption = runs.map(run => run.name).join(', ');
  };
}

/** A tab that asks for its comparison itself. */
export function compareTab(
  tools: Tools,
  api: CompareApi,
  key: string,
  selection: Selection,
  baseUrl: string
): CompareTab {
  return new CompareTab(tools, new ComparePage(api, key, selection, baseUrl));
}
