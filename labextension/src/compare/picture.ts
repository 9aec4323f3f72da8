/** Plots as pictures: with the colours that are on the screen, a ground, title and legend. */

import { colourOf, dashOf, resolved } from './palette';

const SCALE = 2;
const LINE = 20;
const PAD = 12;
/** What CSS gives to a drawing, and a picture has to have written in it. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-opacity',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'paint-order'
];

/** A drawing as it looks now. */
export async function picturedSvg(drawing: SVGSVGElement): Promise<HTMLCanvasElement> {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const [seen, copied] = [drawing, copy].map(root => [root, ...root.querySelectorAll('*')]);
  seen.forEach((element, index) => {
    const style = getComputedStyle(element);
    STYLES.forEach(name => copied[index].setAttribute(name, style.getPropertyValue(name)));
    copied[index].removeAttribute('style');
    copied[index].removeAttribute('class');
  });
  const { width, height } = drawing.viewBox.baseVal;
  copy.setAttribute('width', String(width * SCALE));
  copy.setAttribute('height', String(height * SCALE));
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const text = new XMLSerializer().serializeToString(copy);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = ground(drawing, (width + 2 * PAD) * SCALE, (height + 2 * PAD) * SCALE);
  canvas.getContext('2d')?.drawImage(image, PAD * SCALE, PAD * SCALE);
  return canvas;
}

/** A chart with its title above and the names of its runs below. */
export function picturedChart(
  chart: HTMLCanvasElement,
  title: string,
  runs: readonly { name: string; position: number }[]
): HTMLCanvasElement {
  const scale = chart.width / Math.max(1, chart.clientWidth || chart.width);
  const columns = Math.max(1, Math.floor(chart.width / scale / 200));
  const lines = Math.ceil(runs.length / columns);
  const head = LINE + PAD;
  const height = chart.height / scale + head + lines * LINE + 2 * PAD;
  const canvas = ground(chart, chart.width + 2 * PAD * scale, height * scale);
  const pen = canvas.getContext('2d');
  if (pen === null) {
    return canvas;
  }
  const font = resolved(chart, 'var(--jp-ui-font-family)');
  pen.scale(scale, scale);
  pen.fillStyle = resolved(chart, 'var(--jp-ui-font-color0)');
  pen.font = `600 14px ${font}`;
  pen.fillText(title, PAD, PAD + 14);
  pen.drawImage(chart, PAD, head + PAD, chart.width / scale, chart.height / scale);
  pen.font = `12px ${font}`;
  runs.forEach(({ name, position }, index) => {
    const left = PAD + (index % columns) * 200;
    const y = head + PAD + chart.height / scale + (Math.floor(index / columns) + 0.7) * LINE;
    pen.strokeStyle = resolved(chart, colourOf(position));
    pen.lineWidth = 3;
    pen.setLineDash([...dashOf(position)]);
    pen.beginPath();
    pen.moveTo(left, y - 4);
    pen.lineTo(left + 18, y - 4);
    pen.stroke();
    pen.fillText(name.length > 24 ? `${name.slice(0, 23)}…` : name, left + 26, y);
  });
  return canvas;
}

/** An empty picture in the colour that stands behind an element. */
function ground(place: Element, width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width);
  canvas.height = Math.ceil(height);
  const pen = canvas.getContext('2d');
  if (pen !== null) {
    pen.fillStyle = resolved(place, 'var(--jp-layout-color1)');
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }
  return canvas;
}
