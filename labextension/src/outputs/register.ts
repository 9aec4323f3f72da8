/** Has JupyterLab and Notebook draw our MIME types: in notebooks, consoles and views of outputs. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';

import type { CompareApi } from '../api';
import type { Tools } from '../components/context';
import { notebookAround } from '../notebook';
import { CommandIDs } from '../tokens';
import { TYPES } from './kinds';
import { OutputRenderer } from './renderer';
import type { Surroundings } from './surroundings';

/** HTML has 50, and what is lower is taken first; widgets and plots of others keep their place. */
const RANK = 40;

export function addOutputs(
  app: JupyterFrontEnd,
  registry: IRenderMimeRegistry,
  live: CompareApi,
  tools: Tools
): void {
  const { commands } = app;
  const surround = (node: HTMLElement): Surroundings => {
    const notebook = () => notebookAround(app, node) ?? tools.model.notebook;
    const openRun = (id: string, name: string) =>
      void commands.execute(CommandIDs.openRun, { id, name, notebook: notebook(), wide: true });
    const compare = (ids: string[]) =>
      void commands.execute(CommandIDs.compare, { ids, notebook: notebook() });
    const openNotebook = (path: string, cell?: string) =>
      tools.openNotebook?.(path, cell, notebook());
    return {
      tools: { ...tools, openWide: openRun, compare, openNotebook },
      live,
      notebook,
      roomy: tools.openWide !== undefined
    };
  };
  registry.addFactory(
    {
      // nothing of a document becomes markup, so that no trust is needed
      safe: true,
      mimeTypes: TYPES.map(([mime]) => mime),
      createRenderer: options => new OutputRenderer(options, surround)
    },
    RANK
  );
}
