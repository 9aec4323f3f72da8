import Ajv from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';

import contract from '../contract/api.json';
import * as fixtures from './testing/fixtures';

const ajv = new Ajv({ strict: true, allowUnionTypes: true });
ajv.addSchema(contract, 'contract');

function problems(kind: string, document: unknown): unknown {
  const validate = ajv.compile({ $ref: `contract#/$defs/${kind}` });
  return validate(document) ? [] : validate.errors;
}

// The fixtures have exactly the fields of the types, the schema asks for exactly its own:
// when both agree, types and schema do.
describe('the types and the contract say the same', () => {
  it.each([
    ['status_report', fixtures.status],
    ['runs_page', fixtures.page],
    ['run_detail', fixtures.detail],
    ['groups_page', fixtures.groups],
    ['known_keys', fixtures.keys],
    ['run_changes', fixtures.changes],
    ['run_curves', fixtures.runCurves],
    ['uncommitted_changes', fixtures.uncommitted],
    ['ancestry', fixtures.ancestry],
    ['registry_page', fixtures.registry],
    ['pipelines_page', fixtures.pipelines],
    ['model_detail', fixtures.registry.models[0]],
    ['gates_page', fixtures.gates],
    ['trash_report', fixtures.trash],
    ['export_plan', fixtures.exportPlan],
    ['job', fixtures.job],
    ['retrain_plan', fixtures.retrainPlan],
    ['job', fixtures.retraining],
    ['comparison', fixtures.comparison],
    ['comparison_statistics', fixtures.statistics],
    ['comparison_curves', fixtures.curves],
    ['notebook_comparison', fixtures.notebookComparison],
    ['curves_header', fixtures.curvesHeader],
    ['why', fixtures.why],
    ['error', fixtures.error]
  ])('%s', (kind, document) => {
    expect(problems(kind, document)).toEqual([]);
  });

  it('a field too much is noticed', () => {
    expect(problems('run_row', { ...fixtures.row, more: 1 })).not.toEqual([]);
  });
});
