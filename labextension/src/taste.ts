/** What the user chose in the panel, remembered from one day to the next. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IStateDB } from '@jupyterlab/statedb';

import type { GroupBy } from './api';
import type { RunsModel, Taste } from './model';
import { PLUGIN } from './tokens';

const KEY = `${PLUGIN}:taste`;
const PIN = `${PLUGIN}:pin`;

/** Bring back the pinned trail, order, grouping and columns: those chosen last, else those of the settings. */
export async function restoreTaste(
  model: RunsModel,
  settings: ISettingRegistry.ISettings | null,
  state: IStateDB | null
): Promise<void> {
  const remembered = (await state?.fetch(KEY)) as Partial<Taste> | undefined;
  const chosen: Partial<Taste> = {
    by: (settings?.composite['groupBy'] as GroupBy | undefined) ?? 'experiment',
    columns: (settings?.composite['columns'] as string[] | undefined) ?? [],
    ...remembered
  };
  model.filter = { ...model.filter, ...chosen };
  const pinned = (await state?.fetch(PIN)) as { project?: unknown } | undefined;
  if (typeof pinned?.project === 'string') {
    model.pin(pinned.project);
  }
  model.pinChanged.connect((_, project) => void state?.save(PIN, { project }));
  model.tasteChanged.connect((_, taste) => {
    void state?.save(KEY, { ...taste, columns: [...taste.columns] });
  });
}
