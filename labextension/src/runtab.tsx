/** A run in a tab of the main area, with room for everything. */

import { ReactWidget } from '@jupyterlab/apputils';
import * as React from 'react';

import { Boundary } from './components/Boundary';
import { PageContext, type Tools, ToolsContext } from './components/context';
import { RunDetails } from './components/RunDetails';
import { icon } from './icon';
import type { RunPage } from './runpage';

export class RunTab extends ReactWidget {
  constructor(
    private readonly tools: Tools,
    readonly page: RunPage
  ) {
    super();
    this.id = `nbtrail-run-${page.id}`;
    this.addClass('nbt-panel');
    this.addClass('nbt-wide');
    this.title.icon = icon;
    this.title.closable = true;
    this._name();
    page.changed.connect(this._name);
  }

  override dispose(): void {
    this.page.changed.disconnect(this._name);
    this.tools.model.closePage(this.page);
    super.dispose();
  }

  protected override render(): React.ReactElement {
    return (
      <ToolsContext.Provider value={this.tools}>
        <PageContext.Provider value={this.page}>
          <div className="nbt-view">
            <Boundary>
              <RunDetails />
            </Boundary>
          </div>
        </PageContext.Provider>
      </ToolsContext.Provider>
    );
  }

  private readonly _name = (): void => {
    this.title.label = this.page.name;
  };
}
