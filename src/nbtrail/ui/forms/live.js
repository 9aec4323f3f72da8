/** Draws the state of a LiveView: lines on a canvas, names as text nodes. */

const COLOURS = [
  '#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd',
  '#8c564b', '#e377c2', '#7f7f7f', '#bcbd22', '#17becf'
];
const LEFT = 58, BOTTOM = 24, TOP = 10, RIGHT = 12;

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function bounds(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value !== null) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) {
    return [0, 1];
  }
  const room = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}

function draw(canvas, runs) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) {
    return;
  }
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext('2d');
  pen.scale(ratio, ratio);
  const ink = getComputedStyle(canvas).color;
  const xs = runs.flatMap(run => run.x);
  const right = xs.reduce((most, x) => Math.max(most, x), 1);
  const left = xs.reduce((least, x) => Math.min(least, x), 0);
  const [low, high] = bounds(runs.flatMap(run => run.y));
  const toX = x => LEFT + ((x - left) / (right - left || 1)) * (width - LEFT - RIGHT);
  const toY = y => TOP + ((high - y) / (high - low)) * (height - TOP - BOTTOM);
  pen.font = '11px sans-serif';
  pen.fillStyle = pen.strokeStyle = ink;
  pen.lineWidth = 1;
  for (let tick = 0; tick <= 4; tick++) {
    const value = low + ((high - low) * tick) / 4;
    pen.globalAlpha = 0.15;
    pen.beginPath();
    pen.moveTo(LEFT, toY(value));
    pen.lineTo(width - RIGHT, toY(value));
    pen.stroke();
    pen.globalAlpha = 0.75;
    pen.textAlign = 'right';
    pen.fillText(String(Number(value.toPrecision(3))), LEFT - 6, toY(value) + 4);
    pen.textAlign = 'center';
    const step = left + ((right - left) * tick) / 4;
    pen.fillText(String(Math.round(step)), toX(step), height - 8);
  }
  pen.globalAlpha = 1;
  pen.lineWidth = 1.6;
  runs.forEach((run, number) => {
    pen.strokeStyle = COLOURS[number % COLOURS.length];
    pen.beginPath();
    let drawing = false; // a value that is missing leaves a gap
    run.x.forEach((x, i) => {
      if (run.y[i] === null) {
        drawing = false;
      } else if (drawing) {
        pen.lineTo(toX(x), toY(run.y[i]));
      } else {
        pen.moveTo(toX(x), toY(run.y[i]));
        drawing = true;
      }
    });
    pen.stroke();
  });
}

function render({ model, el }) {
  const root = element('div', 'nbtrail-live');
  const choice = document.createElement('select');
  choice.setAttribute('aria-label', 'metric');
  const canvas = document.createElement('canvas');
  canvas.setAttribute('role', 'img');
  const names = element('div', 'nbtrail-live-names');
  const empty = element('div', 'nbtrail-live-empty', 'No run of this session has a history yet.');
  root.append(choice, canvas, names, empty);
  el.append(root);

  const show = () => {
    const { key = '', keys = [], runs = [] } = model.get('state');
    choice.replaceChildren(
      ...keys.map(one => Object.assign(document.createElement('option'), { value: one, textContent: one }))
    );
    choice.value = key;
    choice.hidden = canvas.hidden = names.hidden = !key;
    empty.hidden = Boolean(key);
    canvas.setAttribute('aria-label', `${key} of ${runs.length} runs`);
    names.replaceChildren(
      ...runs.map((run, number) => {
        const line = element('span', '');
        const swatch = element('span', 'nbtrail-live-swatch');
        swatch.style.background = COLOURS[number % COLOURS.length];
        const state = run.status === 'FINISHED' ? '' : ` ${run.status.toLowerCase()}`;
        line.append(swatch, `${run.name}${run.last === null ? '' : ` ${run.last}`}${state}`);
        return line;
      })
    );
    draw(canvas, runs);
  };
  choice.addEventListener('change', () => {
    model.set('key', choice.value);
    model.save_changes();
  });
  const size = new ResizeObserver(() => draw(canvas, model.get('state').runs ?? []));
  size.observe(canvas);
  model.on('change:state', show);
  show();
  return () => {
    size.disconnect();
    model.off('change:state', show);
  };
}

export default { render };
