/** The table of a comparison as CSV (RFC 4180). Pure. */

import type { Comparison } from '../contract';
import { SECTIONS, factLines } from './rows';

/** Every row that is here, one column for each run; metrics with all their digits. */
export function toCsv(found: Comparison): string {
  const sections = factLines(found);
  const rows = SECTIONS.flatMap(section =>
    sections[section].map(line => [
      section,
      line.key,
      ...line.values.map((value, run) => {
        const exact = line.metric?.values[run] ?? null;
        return exact === null ? (value ?? '') : String(exact);
      })
    ])
  );
  const heads = [
    ['', 'name', ...found.runs.map(run => run.name)],
    ['', 'run_id', ...found.runs.map(run => run.run_id)],
    ['', 'status', ...found.runs.map(run => run.status)]
  ];
  return [...heads, ...rows].map(row => row.map(field).join(',') + '\r\n').join('');
}

/** A spreadsheet would run a text that begins like a formula: a quote keeps it a text. */
function field(text: string): string {
  const number = text.trim() !== '' && Number.isFinite(Number(text));
  const safe = !number && /^[=+\-@\t\r]/.test(text) && text !== '-Infinity' ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
