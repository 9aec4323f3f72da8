/** Notebooks by their shape, so that no notebook package is needed, in JupyterLab and Notebook. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

interface PathChange {
  connect(slot: () => void): boolean;
  disconnect(slot: () => void): boolean;
}

interface Cell {
  model: { id: string; type: string; sharedModel: { getSource(): string } };
}

interface SharedNotebook {
  insertCell(index: number, cell: { cell_type: 'code'; source: string }): unknown;
}

/** The kernel of a notebook, and what it says. */
export interface SessionContext {
  session: { kernel: Kernel.IKernelConnection | null } | null;
  iopubMessage: ISignal<unknown, KernelMessage.IIOPubMessage>;
  statusChanged: ISignal<unknown, string>;
  kernelChanged: ISignal<
    unknown,
    { oldValue: Kernel.IKernelConnection | null; newValue: Kernel.IKernelConnection | null }
  >;
}

/** The parts of a notebook's widget that are used here. */
export interface Notebook {
  context: { path: string; pathChanged: PathChange; ready?: Promise<void> };
  content?: {
    widgets: readonly Cell[];
    activeCellIndex: number;
    model?: { sharedModel: SharedNotebook } | null;
    scrollToItem?(index: number, align: string): Promise<void>;
  };
  sessionContext?: SessionContext;
}

/**
 * Tell the path of the notebook on top, now and whenever it changes. Another kind of
 * document on top changes nothing: one still works on the same project.
 */
export function followNotebook(app: JupyterFrontEnd, tell: (path: string) => void): void {
  const { shell } = app;
  let current: Notebook | null = null;
  const say = () => {
    if (current !== null) {
      tell(localPath(app, current));
    }
  };
  const follow = () => {
    const next = notebookOf(shell.currentWidget);
    if (next !== null) {
      current?.context.pathChanged.disconnect(say);
      current = next;
      current.context.pathChanged.connect(say);
      say();
    }
  };
  shell.currentChanged?.connect(follow);
  void app.restored.then(follow);
}

/** The notebook on top, if there is one. */
export function currentNotebook(app: JupyterFrontEnd): Notebook | null {
  return notebookOf(app.shell.currentWidget);
}

/** Path of the notebook that an element stands in, null outside of any. */
export function notebookAround(app: JupyterFrontEnd, node: Node): string | null {
  for (const widget of app.shell.widgets('main')) {
    const found = widget.node.contains(node) ? notebookOf(widget) : null;
    if (found !== null) {
      return localPath(app, found);
    }
  }
  return null;
}

/** The open notebook of a path, relative to the server's root. */
export function openedNotebook(app: JupyterFrontEnd, path: string): Notebook | null {
  for (const widget of app.shell.widgets('main')) {
    const found = notebookOf(widget);
    if (found !== null && localPath(app, found) === path) {
      return found;
    }
  }
  return null;
}

export function cellText(notebook: Notebook | null, id: string): string | undefined {
  const cell = notebook?.content?.widgets.find(one => one.model.id === id);
  return cell?.model.sharedModel.getSource();
}

/** Bring a cell into view and make it the active one; says whether it is still there. */
export function showCell(notebook: Notebook, id: string): boolean {
  const content = notebook.content;
  const index = content?.widgets.findIndex(one => one.model.id === id) ?? -1;
  if (!content || index < 0) {
    return false;
  }
  content.activeCellIndex = index;
  void content.scrollToItem?.(index, 'center');
  return true;
}

/** Put a cell below the active one and make it the active one; says whether it could be. */
export function insertCell(notebook: Notebook | null, source: string): boolean {
  const content = notebook?.content;
  const shared = content?.model?.sharedModel;
  if (!content || !shared) {
    return false;
  }
  const index = Math.min(content.activeCellIndex + 1, content.widgets.length);
  shared.insertCell(index, { cell_type: 'code', source });
  content.activeCellIndex = index;
  void content.scrollToItem?.(index, 'center');
  return true;
}

export function localPath(app: JupyterFrontEnd, notebook: Notebook): string {
  return app.serviceManager.contents.localPath(notebook.context.path);
}

function notebookOf(widget: Widget | null): Notebook | null {
  const context = (widget as Partial<Notebook> | null)?.context;
  const known = typeof context?.path === 'string' && context.pathChanged !== undefined;
  return known && context.path.endsWith('.ipynb') ? (widget as unknown as Notebook) : null;
}
