// Zones drawn over a camera's last picture, by mouse, finger or keyboard. Points are in 0..1 of the picture.

import { arrange, h, picture, setAttribute, setText, showPicture, svg } from '../dom.js';

const HIGH = 1000; // units of the drawing from top to bottom
const STEP = 0.01; // one press of an arrow key; a tenth of it with Shift
const TINY = 0.01; // smaller drags are taps
const ARROW = 70; // units
const NEAR_PX = 18; // a tap so near the first point closes the polygon
const STARTS = {
  rectangle: [[0.35, 0.35], [0.65, 0.35], [0.65, 0.65], [0.35, 0.65]],
  polygon: [[0.5, 0.3], [0.7, 0.65], [0.3, 0.65]],
  line: [[0.3, 0.5], [0.7, 0.5]],
};

/**
 * `show(drafts, selected)` draws; `draw(shape)` waits for a new one (null: no more), `place(shape)` makes one at once.
 * Told: `onselect(draft)`, `onmove()` when points of the selected one moved, `ondrawn(shape, points)`, `onhint(words)`.
 */
export function zoneCanvas({ mayChange, onselect, onmove, ondrawn, onhint }) {
  const image = picture({ class: 'frame-image' });
  const missing = h('p.frame-missing', {}, 'No picture yet. Zones can be drawn all the same.');
  const shapes = svg('svg', { class: 'zone-shapes', 'aria-hidden': 'true' });
  const names = h('div.zone-names', { 'aria-hidden': 'true' });
  const handles = h('div.zone-handles');
  const element = h(
    'div.frame-stage.zone-stage',
    { onpointerdown: pressed, onpointermove: moved, onpointerup: released, onpointercancel: cancelled },
    image,
    missing,
    shapes,
    names,
    handles,
  );
  const buttons = [];
  let drafts = [];
  let selected = null;
  let drawing = null;
  let fresh = []; // points of what is being drawn
  let drag = null;
  let ratio = 16 / 9;
  image.addEventListener('load', () => {
    ratio = image.naturalWidth / image.naturalHeight || ratio;
    render();
  });
  addEventListener('keydown', keyed);

  function show(all, one) {
    [drafts, selected] = [all, one];
    render();
  }

  function draw(shape) {
    [drawing, fresh, drag] = [shape, [], null];
    if (shape === 'polygon') onhint('Tap point after point; tap the first one, or press Enter, to close the shape.');
    else if (shape === 'line') onhint('Drag from one end of the line to the other.');
    else if (shape) onhint('Drag from one corner to the opposite one.');
    else onhint('');
    render();
  }

  function place(shape) {
    finish(shape, STARTS[shape].map((point) => [...point]));
  }

  function finish(shape, points) {
    draw(null);
    ondrawn(shape, points.map(rounded));
  }

  function render() {
    element.style.setProperty('--ratio', String(ratio));
    setAttribute(element, 'data-drawing', drawing);
    shapes.setAttribute('viewBox', `0 0 ${HIGH * ratio} ${HIGH}`);
    const order = [...drafts].sort((one, other) => (one === selected) - (other === selected));
    shapes.replaceChildren(...order.map(drawn), ...(fresh.length ? [sketch()] : []));
    arrange(names, order.map(nameOf));
    renderHandles();
  }

  function drawn(draft) {
    const { shape, coordinates, color, enabled, direction } = draft.value;
    const points = path(coordinates);
    const tag = shape === 'line' ? 'polyline' : 'polygon';
    const group = svg('g', {
      class: `zone-${shape === 'line' ? 'line' : 'area'}`,
      'data-selected': draft === selected,
      'data-off': !enabled,
    });
    group.style.setProperty('--zone', color);
    group.append(svg(tag, { points, class: 'zone-edge' }), svg(tag, { points, class: 'zone-shape' }));
    if (shape === 'line') group.append(...arrow(coordinates, direction));
    for (const part of group.children) part.draft = draft;
    return group;
  }

  /** From the middle of the line to the side that is `in`. */
  function arrow([a, b], direction) {
    const [dx, dy] = [(b[0] - a[0]) * ratio, b[1] - a[1]];
    const length = Math.hypot(dx, dy) || 1;
    const turn = direction === 'left' ? 1 : -1;
    const [nx, ny] = [(dy / length) * turn, (-dx / length) * turn];
    const [mx, my] = [((a[0] + b[0]) / 2) * ratio * HIGH, ((a[1] + b[1]) / 2) * HIGH];
    const [tx, ty] = [mx + nx * ARROW, my + ny * ARROW];
    const wing = (side) => `${tx - nx * 24 + side * ny * 18},${ty - ny * 24 - side * nx * 18}`;
    const points = [`${mx},${my} ${tx},${ty}`, `${wing(1)} ${tx},${ty} ${wing(-1)}`];
    return ['zone-edge', 'zone-arrow'].flatMap((name) =>
      points.map((line) => svg('polyline', { points: line, class: name })),
    );
  }

  function sketch() {
    return svg('polyline', { points: path(drawing === 'rectangle' ? corners(...fresh) : fresh), class: 'zone-sketch' });
  }

  function nameOf(draft) {
    draft.label ??= h('span.zone-name');
    const highest = draft.value.coordinates.reduce((one, other) => (other[1] < one[1] ? other : one));
    setText(draft.label, draft.value.name || 'New');
    setAttribute(draft.label, 'data-off', !draft.value.enabled);
    draft.label.style.setProperty('--zone', draft.value.color);
    put(draft.label, [Math.min(Math.max(highest[0], 0.08), 0.92), Math.max(highest[1], 0.06)]);
    return draft.label;
  }

  function renderHandles() {
    if (drawing) {
      arrange(handles, fresh.map((point, index) => dot(`fresh${index}`, point)));
      return;
    }
    if (!selected || !mayChange) {
      arrange(handles, []);
      return;
    }
    const points = selected.value.coordinates;
    while (buttons.length < points.length) buttons.push(handle(buttons.length));
    points.forEach((point, index) => {
      put(buttons[index], point);
      const [x, y] = point.map((part) => Math.round(part * 100));
      setAttribute(buttons[index], 'aria-label', `Point ${index + 1} of ${points.length}, at ${x} % and ${y} %`);
    });
    const between = selected.value.shape === 'polygon' ? points.map((point, index) => halfway(index)) : [];
    arrange(handles, [...buttons.slice(0, points.length), ...between]);
    handles.style.setProperty('--zone', selected.value.color);
  }

  function handle(index) {
    const button = h('button.zone-handle', {
      type: 'button',
      title: 'Drag, or use the arrow keys',
      onkeydown: (event) => nudged(event, index),
    });
    button.dataset.index = index;
    return button;
  }

  function halfway(index) {
    const points = selected.value.coordinates;
    const [a, b] = [points[index], points[(index + 1) % points.length]];
    const element = dot(`half${index}`, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
    element.dataset.half = index;
    return element;
  }

  function dot(key, point) {
    const element = h('span.zone-dot', { 'data-key': key });
    put(element, point);
    return element;
  }

  function pressed(event) {
    if (event.button !== 0 || drag) return;
    const at = place01(event);
    const { index, half } = event.target.dataset;
    if (drawing === 'polygon') drag = { kind: 'tap' };
    else if (drawing) [drag, fresh] = [{ kind: 'draw' }, [at, at]];
    else if (half !== undefined) {
      selected.value.coordinates.splice(Number(half) + 1, 0, at);
      drag = { kind: 'point', index: Number(half) + 1 };
    } else if (index !== undefined) {
      event.target.focus({ preventScroll: true });
      drag = { kind: 'point', index: Number(index) };
    } else if (event.target.draft && event.target.draft === selected && mayChange) drag = { kind: 'whole', from: at };
    else {
      onselect(event.target.draft ?? null);
      return;
    }
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
  }

  function moved(event) {
    if (!drag || drag.kind === 'tap') return;
    const at = place01(event);
    if (drag.kind === 'draw') fresh[1] = at;
    if (drag.kind === 'point') movePoint(drag.index, at);
    if (drag.kind === 'whole') {
      moveAll(at[0] - drag.from[0], at[1] - drag.from[1]);
      drag.from = at;
    }
    render();
  }

  function released(event) {
    const { kind } = drag ?? {};
    drag = null;
    if (kind === 'tap') addPoint(event);
    if (kind !== 'draw') return;
    const [a, b] = fresh;
    const isLong = Math.hypot(a[0] - b[0], a[1] - b[1]) > TINY;
    const isWide = Math.abs(a[0] - b[0]) > TINY && Math.abs(a[1] - b[1]) > TINY;
    if (drawing === 'line' ? isLong : isWide) finish(drawing, drawing === 'line' ? [a, b] : corners(a, b));
    else draw(drawing);
  }

  function addPoint(event) {
    const at = place01(event);
    const { width, height } = element.getBoundingClientRect();
    const first = fresh[0] ?? [9, 9];
    const isClosing = Math.hypot((at[0] - first[0]) * width, (at[1] - first[1]) * height) < NEAR_PX;
    if (isClosing && fresh.length > 2) finish('polygon', fresh);
    else if (!isClosing) fresh.push(at);
    render();
  }

  function cancelled() {
    drag = null;
  }

  function keyed(event) {
    if (!drawing) return;
    if (event.key === 'Escape') draw(null);
    else if (event.key === 'Enter' && drawing === 'polygon' && fresh.length > 2) finish('polygon', fresh);
    else if (event.key === 'Backspace' && fresh.length) fresh.pop();
    else return;
    event.preventDefault();
    render();
  }

  function nudged(event, index) {
    const points = selected.value.coordinates;
    const step = event.shiftKey ? STEP / 10 : STEP;
    const [x, y] = points[index];
    const moves = {
      ArrowLeft: [x - step, y],
      ArrowRight: [x + step, y],
      ArrowUp: [x, y - step],
      ArrowDown: [x, y + step],
    };
    if (moves[event.key]) movePoint(index, moves[event.key]);
    else if (event.key === 'Delete' && selected.value.shape === 'polygon' && points.length > 3) {
      points.splice(index, 1);
      onmove();
    } else return;
    event.preventDefault();
    render();
    buttons[Math.min(index, points.length - 1)].focus({ preventScroll: true });
  }

  function movePoint(index, to) {
    const points = selected.value.coordinates;
    const at = rounded(to.map(within));
    if (selected.value.shape === 'rectangle') {
      const [a, opposite] = [points[index], points[(index + 2) % 4]];
      for (const point of points) {
        if (point === opposite) continue;
        if (point[0] === a[0] && point !== a) point[0] = at[0];
        else if (point[1] === a[1] && point !== a) point[1] = at[1];
      }
    }
    points[index] = at;
    onmove();
  }

  function moveAll(dx, dy) {
    const points = selected.value.coordinates;
    const room = (axis, by) => {
      const values = points.map((point) => point[axis]);
      return Math.min(Math.max(by, -Math.min(...values)), 1 - Math.max(...values));
    };
    const [x, y] = [room(0, dx), room(1, dy)];
    selected.value.coordinates = points.map((point) => rounded([point[0] + x, point[1] + y]));
    onmove();
  }

  function place01({ clientX, clientY }) {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [within((clientX - left) / width), within((clientY - top) / height)];
  }

  function path(points) {
    return points.map(([x, y]) => `${x * ratio * HIGH},${y * HIGH}`).join(' ');
  }

  return {
    element,
    show,
    draw,
    place,
    showPicture: (source, words) => {
      setAttribute(image, 'alt', words);
      showPicture(image, source);
    },
    stop: () => removeEventListener('keydown', keyed),
  };
}

function put(element, [x, y]) {
  element.style.left = `${x * 100}%`;
  element.style.top = `${y * 100}%`;
}

function corners([ax, ay], [bx, by]) {
  const [left, right, top, bottom] = [Math.min(ax, bx), Math.max(ax, bx), Math.min(ay, by), Math.max(ay, by)];
  return [[left, top], [right, top], [right, bottom], [left, bottom]]; // prettier-ignore
}

function within(part) {
  return Math.min(Math.max(part, 0), 1);
}

function rounded(point) {
  return point.map((part) => Math.round(part * 10_000) / 10_000);
}
