import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { expect, it } from 'vitest';

import { unpackCurves } from './curves';

// The same file stands in the tests of the Python side, which writes it.
it('reads what the server packs', () => {
  const file = readFileSync(resolve(__dirname, '../contract/curves.bin'));
  const buffer = new Uint8Array(file).buffer;
  const [loss, size] = unpackCurves(buffer);
  expect([loss.run, loss.key, loss.count]).toEqual([0, 'loss', 3]);
  expect([...loss.x]).toEqual([0, 1, 2]);
  expect([...loss.y]).toEqual([0.5, NaN, 0.25]);
  expect([size.run, size.key, size.count]).toEqual([2, 'größe', 10_000]);
  expect([...size.x]).toEqual([10, 20]);
  expect([...size.y]).toEqual([Infinity, -1e300]);
});
