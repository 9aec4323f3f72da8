/** Colours and dashes that tell runs apart, of the theme alone. */

/** Names of the theme's colours, chosen to differ in hue in its light and its dark form. */
const COLOURS = [
  '--jp-brand-color1',
  '--jp-warn-color1',
  '--jp-success-color1',
  '--jp-error-color1',
  '--jp-icon-contrast-color0',
  '--jp-info-color1',
  '--jp-icon-contrast-color2',
  '--jp-ui-font-color2'
] as const;

/** Lengths of line and gap, in pixels. */
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]] as const;

/** The colour of the run at a position, as CSS. */
export function colourOf(position: number): string {
  return `var(${COLOURS[position % COLOURS.length]})`;
}

/** Runs beyond the last colour begin anew with another dash. */
export function dashOf(position: number): readonly number[] {
  return DASHES[Math.floor(position / COLOURS.length) % DASHES.length];
}

/** What a colour of the theme is where an element stands: a canvas knows no variables. */
export function resolved(place: Element, colour: string): string {
  const name = /^var\((.*)\)$/.exec(colour)?.[1];
  return name === undefined ? colour : getComputedStyle(place).getPropertyValue(name).trim();
}
