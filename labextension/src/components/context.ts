/** What every component may need: the model, the translator and a few deeds. */

import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

import type { Actions } from '../actions/actions';
import { type ApiError, asApiError } from '../api';
import type { RunsModel } from '../model';
import type { RunPage } from '../runpage';

/** The part of JupyterLab's translation bundle that is used here. */
export interface Translator {
  __(text: string, ...values: unknown[]): string;
  _n(one: string, many: string, n: number, ...values: unknown[]): string;
}

export interface Tools {
  model: RunsModel;
  trans: Translator;
  copy(text: string): void;
  /**
   * Open a notebook by its path in the project, at one of its cells when `cell` names one. The
   * project is that of `place`, a path below the server's root; else the one that is shown.
   */
  openNotebook?(path: string, cell?: string, place?: string): void;
  /** What a cell of an open notebook says now; undefined when that can't be told. */
  cellNow?(path: string, cell: string): string | undefined;
  /** Open a run beside the notebooks, with room for everything; of the trail of a notebook. */
  openWide?(id: string, name: string, notebook?: string): void;
  /** Have the notebook's kernel make runs of what it recorded. */
  keep?(): void;
  /** Compare the chosen runs; absent until there is a view for it. */
  compare?(ids: string[]): void;
  /** What changes something; absent where nothing may. */
  actions?: Actions;
  /** Open a file or folder of the project, as a notebook. */
  openPath?(path: string, place?: string): void;
}

export const ToolsContext = React.createContext<Tools | null>(null);

export function useTools(): Tools {
  const tools = React.useContext(ToolsContext);
  if (tools === null) {
    throw new Error('nbtrail: a component stands outside of its panel');
  }
  return tools;
}

interface Changing {
  readonly changed: ISignal<unknown, void>;
  readonly version: number;
}

/** Draw again whenever something changed. */
export function useChanges(source: Changing): void {
  React.useSyncExternalStore(
    React.useCallback(
      notify => {
        source.changed.connect(notify);
        return () => {
          source.changed.disconnect(notify);
        };
      },
      [source]
    ),
    () => source.version
  );
}

/** The model; draws again whenever it changed. */
export function useModel(): RunsModel {
  const { model } = useTools();
  useChanges(model);
  return model;
}

export const PageContext = React.createContext<RunPage | null>(null);

/** The run that is looked at; draws again whenever it changed. */
export function usePage(): RunPage {
  const page = React.useContext(PageContext);
  if (page === null) {
    throw new Error('nbtrail: a component stands outside of a run');
  }
  useChanges(page);
  return page;
}

/** The server's time, each second while the panel is visible. */
export function useNow(): number {
  const { model } = useTools();
  const [now, setNow] = React.useState(model.now());
  React.useEffect(() => {
    const timer = setInterval(() => !document.hidden && setNow(model.now()), 1000);
    return () => clearInterval(timer);
  }, [model]);
  return Math.max(now, model.now());
}

/** An answer of the server, asked for again when `key` changes; the old one stays meanwhile. */
export function useAnswer<T>(
  ask: () => Promise<T>,
  key: string
): { value: T | null; error: ApiError | null } {
  const [answer, setAnswer] = React.useState<{ value: T | null; error: ApiError | null }>({
    value: null,
    error: null
  });
  React.useEffect(() => {
    let current = true;
    ask().then(
      value => current && setAnswer({ value, error: null }),
      error => current && setAnswer(before => ({ ...before, error: asApiError(error) }))
    );
    return () => {
      current = false;
    };
    // `ask` is new at each drawing; `key` says when the question is another one
  }, [key]);
  return answer;
}

/** Have the keys of the runs while somebody looks, also when the panel moves to another trail. */
export function useKeys(model: RunsModel, looking: boolean): void {
  const absent = model.keys === null;
  React.useEffect(() => {
    if (looking) {
      void model.loadKeys();
    }
  }, [model, looking, absent]);
}
