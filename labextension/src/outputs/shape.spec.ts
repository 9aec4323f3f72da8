import Ajv from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';

import contract from '../../contract/api.json';
import * as fixtures from '../testing/fixtures';
import { conforms } from './shape';

const ajv = new Ajv({ strict: true, allowUnionTypes: true });
ajv.addSchema(contract, 'contract');

const documents: [string, unknown][] = [
  ['runs_page', fixtures.page],
  ['run_detail', fixtures.detail],
  ['notebook_comparison', fixtures.notebookComparison],
  ['why', fixtures.why]
];

/** Every document that differs from a given one in one place. */
function* spoiled(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) {
      for (const other of spoiled(one)) {
        yield [...value.slice(0, index), other, ...value.slice(index + 1)];
      }
    }
    yield [...value, { more: 1 }];
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      yield rest;
      for (const other of spoiled(one)) {
        yield { ...value, [key]: other };
      }
    }
    yield { ...value, more: 1 };
  }
  yield* [null, 'text', -1.5, [], {}, true];
}

describe('the shape of a document', () => {
  it.each(documents)('%s is told from every neighbour as a full validator tells it', (name, good) => {
    const validate = ajv.compile({ $ref: `contract#/$defs/${name}` });
    expect(conforms(name, good)).toBe(true);
    let refused = 0;
    for (const one of spoiled(good)) {
      const right = validate(one);
      expect(conforms(name, one), JSON.stringify(one).slice(0, 300)).toBe(right);
      refused += right ? 0 : 1;
    }
    expect(refused).toBeGreaterThan(50);
  });

  it('a name that the contract does not have is refused, those of every object as well', () => {
    expect(conforms('no_such', {})).toBe(false);
    expect(conforms('constructor', {})).toBe(false);
  });
});
