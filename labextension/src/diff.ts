/** What differs between two texts, line by line. Pure. */

export interface DiffLine {
  /** `skipped` stands for equal lines; its text is the number of the next one. */
  kind: 'same' | 'added' | 'removed' | 'skipped';
  text: string;
}

/** More lines than this are not compared one by one: the table would grow with their product. */
const MOST = 1000;

/** The lines of both texts in one list, as a unified diff without headers. */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = before.split('\n');
  const now = after.split('\n');
  if (old.length > MOST || now.length > MOST) {
    return [...old.map(line('removed')), ...now.map(line('added'))];
  }
  const common = lengths(old, now);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ kind: 'same', text: old[i] });
      i += 1;
      j += 1;
    } else if (j === now.length || (i < old.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push({ kind: 'removed', text: old[i] });
      i += 1;
    } else {
      lines.push({ kind: 'added', text: now[j] });
      j += 1;
    }
  }
  return lines;
}

/** Lines of a unified diff as the server writes it. */
export function readDiff(lines: readonly string[]): DiffLine[] {
  return lines.flatMap((text): DiffLine[] => {
    if (text.startsWith('@@')) {
      const next = /\+(\d+)/.exec(text)?.[1];
      return Number(next) > 1 ? [{ kind: 'skipped', text: String(next) }] : [];
    }
    const kind = text.startsWith('+') ? 'added' : text.startsWith('-') ? 'removed' : 'same';
    return [{ kind, text: text.slice(1) }];
  });
}

function line(kind: DiffLine['kind']): (text: string) => DiffLine {
  return text => ({ kind, text });
}

/** Entry i, j is the length of the longest common part of the lines from i and from j on. */
function lengths(old: string[], now: string[]): number[][] {
  const table = Array.from({ length: old.length + 1 }, () =>
    new Array<number>(now.length + 1).fill(0)
  );
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      table[i][j] =
        old[i] === now[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}
