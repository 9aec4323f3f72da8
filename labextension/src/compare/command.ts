/** The command that compares runs; its tabs come back after a reload, and by a link. */

import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { UUID } from '@lumino/coreutils';

import type { CompareApi } from '../api';
import type { Tools } from '../components/context';
import { loaded } from '../loading';
import { CommandIDs, HINT } from '../tokens';
import { linkedSelection, linkTo, readSelection } from './link';
import type { ComparePage } from './page';
import type { Selection } from './selection';
import type { CompareTab } from './tab';

/**
 * @param roomy - whether there is a main area that takes more than one document; without it a
 *   comparison opens in JupyterLab.
 */
export function addCompare(
  app: JupyterFrontEnd,
  api: CompareApi,
  tools: Tools,
  restorer: ILayoutRestorer | null,
  roomy: boolean
): void {
  const { commands, serviceManager, shell } = app;
  const { baseUrl } = serviceManager.serverSettings;
  const tracker = new WidgetTracker<MainAreaWidget<CompareTab>>({ namespace: 'nbtrail-compare' });

  const open = async (selection: Selection, key: string): Promise<MainAreaWidget<CompareTab>> => {
    const same = tracker.find(widget => isSame(widget.content.page, selection));
    if (same) {
      return same;
    }
    const { compareTab } = await loaded(import('./tab'), tools.trans);
    const content = compareTab(tools, api, key, selection, baseUrl);
    const { page } = content;
    const widget = new MainAreaWidget({ content });
    widget.id = page.key;
    page.moved.connect(() => void tracker.save(widget));
    shell.add(widget, 'main');
    void tracker.add(widget);
    return widget;
  };

  commands.addCommand(CommandIDs.compare, {
    label: tools.trans.__('Compare runs'),
    execute: async given => {
      const selection = readSelection({ notebook: tools.model.notebook, ...given });
      if (selection === null) {
        throw new Error(tools.trans.__('Comparing takes the ids of two runs or more.'));
      }
      if (!roomy) {
        window.open(linkTo(baseUrl, selection), '_blank', 'noopener');
        return undefined;
      }
      // the layout knows a tab by its key, after a reload as well
      const key = typeof given['key'] === 'string' ? given['key'] : `nbtrail-${UUID.uuid4()}`;
      const widget = await open(selection, key);
      shell.activateById(widget.id);
      return widget;
    }
  });
  void restorer?.restore(tracker, {
    command: CommandIDs.compare,
    args: ({ id, content }) => ({ ...toArguments(content.page), key: id }),
    name: widget => widget.id
  });
  serviceManager.events.stream.connect((_, event) => {
    if (event.schema_id === HINT) {
      tracker.forEach(widget => widget.content.page.hint());
    }
  });
  const linked = linkedSelection(window.location.search);
  if (linked !== null && roomy) {
    void app.restored.then(() => commands.execute(CommandIDs.compare, toArguments(linked)));
  }
}

function isSame(page: ComparePage, selection: Selection): boolean {
  return page.notebook === selection.notebook && page.ids.join() === selection.ids.join();
}

function toArguments({ ids, notebook, part }: Selection) {
  return { ids: [...ids], notebook, part };
}
