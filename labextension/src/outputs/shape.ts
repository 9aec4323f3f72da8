/**
 * Whether a document is what the contract says: the part of JSON Schema that the contract uses.
 * What a saved notebook holds may come from another version, or from anybody.
 */

import contract from '../../contract/api.json';

interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  pattern?: string;
  minimum?: number;
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: boolean | Schema;
  items?: boolean | Schema;
  prefixItems?: readonly Schema[];
  minItems?: number;
  maxItems?: number;
}

const parts = contract.$defs as Readonly<Record<string, Schema>>;

/** Say whether `value` is a document of that name; a field that is not known is one too many. */
export function conforms(name: string, value: unknown): boolean {
  return Object.hasOwn(parts, name) && fits(parts[name], value);
}

function fits(schema: Schema, value: unknown): boolean {
  const { $ref, type, anyOf } = schema;
  if ($ref !== undefined && !conforms($ref.slice($ref.lastIndexOf('/') + 1), value)) {
    return false;
  }
  if (type !== undefined && ![type].flat().some(one => isOf(one, value))) {
    return false;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return false;
  }
  if (schema.const !== undefined && schema.const !== value) {
    return false;
  }
  if (anyOf !== undefined && !anyOf.some(one => fits(one, value))) {
    return false;
  }
  if (typeof value === 'string') {
    return schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value);
  }
  if (typeof value === 'number') {
    return schema.minimum === undefined || value >= schema.minimum;
  }
  if (Array.isArray(value)) {
    return fitsItems(schema, value);
  }
  return typeof value !== 'object' || value === null || fitsFields(schema, value);
}

function fitsItems(schema: Schema, value: readonly unknown[]): boolean {
  const { items, prefixItems = [], minItems = 0, maxItems = Infinity } = schema;
  return (
    value.length >= minItems &&
    value.length <= maxItems &&
    value.every((one, index) => allowed(prefixItems[index] ?? items, one))
  );
}

function fitsFields(schema: Schema, value: object): boolean {
  const { required = [], properties = {}, additionalProperties } = schema;
  return (
    required.every(name => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, one]) =>
      allowed(Object.hasOwn(properties, name) ? properties[name] : additionalProperties, one)
    )
  );
}

function allowed(schema: boolean | Schema | undefined, value: unknown): boolean {
  return typeof schema === 'object' ? fits(schema, value) : schema !== false;
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
