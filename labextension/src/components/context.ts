/** What every component may need: the model, the translator and a few deeds. */

import * as React from 'react';

import type { RunsModel } from '../model';

/** The part of JupyterLab's translation bundle that is used here. */
export interface Translator {
  __(text: string, ...values: unknown[]): string;
  _n(one: string, many: string, n: number, ...values: unknown[]): string;
}

export interface Tools {
  model: RunsModel;
  trans: Translator;
  copy(text: string): void;
  /** Open a notebook by its path in the project; absent where that can't be done. */
  openNotebook?(path: string): void;
}

export const ToolsContext = React.createContext<Tools | null>(null);

export function useTools(): Tools {
  const tools = React.useContext(ToolsContext);
  if (tools === null) {
    throw new Error('nbtrail: a component stands outside of its panel');
  }
  return tools;
}

/** Draw again whenever the model changed. */
export function useModel(): RunsModel {
  const { model } = useTools();
  React.useSyncExternalStore(
    React.useCallback(
      notify => {
        model.changed.connect(notify);
        return () => {
          model.changed.disconnect(notify);
        };
      },
      [model]
    ),
    () => model.version
  );
  return model;
}

/** The server's time, each second while the panel is visible. */
export function useNow(): number {
  const { model } = useTools();
  const [now, setNow] = React.useState(model.now());
  React.useEffect(() => {
    const timer = setInterval(() => model.visible && setNow(model.now()), 1000);
    return () => clearInterval(timer);
  }, [model]);
  return Math.max(now, model.now());
}
