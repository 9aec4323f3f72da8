/** Values for a pipeline that is trained again, and what came of them. */

import type { ChosenParam, Job, Retrained, RetrainData, RetrainPlan } from '../contract';
import { compared, type Contest } from './promotion';

/** What was typed, by the name of a parameter. */
export type Typed = Readonly<Record<string, string>>;

/** Of what was typed only what differs from the recorded value. */
export function changedValues(plan: RetrainPlan | null, typed: Typed): Record<string, string> {
  const recorded = new Map(plan?.params.map(param => [param.name, param.recorded]));
  return Object.fromEntries(Object.entries(typed).filter(([name, text]) => text !== recorded.get(name)));
}

export interface FileChoice {
  /** Absent for a file that the script does not let anybody choose. */
  param?: ChosenParam;
  file: RetrainData;
}

/** The settings of a plan, and its data files with the parameters that name them. */
export function divide(plan: RetrainPlan): { settings: ChosenParam[]; files: FileChoice[] } {
  const files = plan.data.map(file => ({
    file,
    param: plan.params.find(param => param.name === file.param)
  }));
  const naming = new Set(files.map(({ file }) => file.param));
  return { settings: plan.params.filter(param => !naming.has(param.name)), files };
}

/** Whether nothing stands against a plan. */
export function isPossible(plan: RetrainPlan): boolean {
  return plan.available && !plan.problem && plan.params.every(param => !param.problem);
}

/** The recorded metrics against the new ones. */
export function outcomeRows(retrained: Retrained): Contest[] {
  return retrained.metrics.map(({ key, recorded, found, direction }) => ({
    key,
    champion: recorded,
    candidate: found,
    sign: found === null ? '' : compared(found, recorded, direction)
  }));
}

const RUN = /^run: ([0-9a-f]{32})$/;

/** The run that a job records, as soon as the script told it; empty before that. */
export function runOf(job: Job): string {
  const told = job.output.map(line => RUN.exec(line)?.[1]).find(id => id !== undefined);
  return job.retrained?.run_id ?? told ?? '';
}
