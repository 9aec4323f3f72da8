/** Cells that bring something of a run back into a notebook. */

import type { RunDetail } from '../contract';
import { keptModels } from './promotion';

/** A cell that loads the run's model; null when no file of one was kept. */
export function loadCell(run: RunDetail): string | null {
  const kept = keptModels(run);
  const model = kept.at(-1);
  if (model === undefined) {
    return null;
  }
  const path = run.models.length > 1 && model.path ? `/${model.path}` : '';
  const name = /^[A-Za-z_]\w*$/.test(model.variable) ? model.variable : 'model';
  return [
    `# the model of run ${oneLine(run.name)}`,
    'import nbtrail',
    '',
    `${name} = nbtrail.load_model("runs:/${run.run_id}${path}")`
  ].join('\n');
}

/** A cell that writes the run's code into a new folder; the working tree is not touched. */
export function restoreCell(run: RunDetail): string {
  const folder = run.name.replace(/[^\w.-]+/g, '-').replace(/^[-.]+/, '') || 'run';
  return [
    `# the code of run ${oneLine(run.name)}, as files in a new folder`,
    'import nbtrail',
    '',
    `nbtrail.restore_code("${run.run_id}", "restored/${folder}")`
  ].join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
