// The pictures of an event, one at a time, with boxes drawn over them. Boxes are in 0..1 of the frame, so they lie
// right at any size of the picture.

import { arrange, h, picture, setAttribute, setText, showPicture, svg } from '../dom.js';
import { icon, kindOf } from '../icons.js';
import { setTime, time } from '../times.js';

const LABEL_ROOM = 0.07; // a box that begins higher up has its label inside

/** Detections by the frame they were seen in, in order of time: [{key, at, detections}]. */
export function framesOf(detections) {
  const frames = new Map();
  for (const detection of detections) {
    const key = `${detection.upload_id}:${detection.frame_no}`;
    if (!frames.has(key)) frames.set(key, { key, at: detection.detected_at, detections: [] });
    frames.get(key).detections.push(detection);
  }
  return [...frames.values()];
}

/** The pictures; `update(detections, cover)` takes what the event rests on, `point(id)` shows one detection. */
export function framesView() {
  const image = picture({ class: 'frame-image' });
  const boxes = svg('svg', { class: 'frame-boxes', 'aria-hidden': 'true' });
  const labels = h('div.frame-labels', { 'aria-hidden': 'true' });
  const missing = h('p.frame-missing', {}, 'This picture is no longer there, or cannot be reached at the moment.');
  const small = h('p.frame-small', {}, 'Only this small copy is left: the whole picture is no longer there.');
  image.addEventListener('load', () => setAttribute(stage, 'data-waits', null));
  const stage = h(
    'div.frame-stage',
    { tabindex: '0', role: 'group', onkeydown: pressed },
    image,
    missing,
    small,
    boxes,
    labels,
  );
  const back = h(
    'button.icon-button',
    { type: 'button', 'aria-label': 'Earlier picture', onclick: () => step(-1) },
    icon('back'),
  );
  const forward = h(
    'button.icon-button',
    { type: 'button', 'aria-label': 'Later picture', onclick: () => step(1) },
    icon('forward'),
  );
  const at = time(null, 'clock');
  const count = h('span');
  const place = h('span.frame-place', { 'aria-live': 'polite' }, at, ' · ', count);
  const draw = h('input', {
    type: 'checkbox',
    id: 'draw',
    checked: true,
    onchange: () => setAttribute(element, 'data-plain', !draw.checked),
  });
  const strip = h('ol.strip', { 'aria-label': 'Pictures of this event' });
  const seen = h('ul.seen', { 'aria-label': 'Seen in this picture' });
  const element = h(
    'figure.frame',
    {},
    h('div.frame-ground', {}, stage),
    h(
      'figcaption.frame-bar',
      {},
      h('span.frame-steps', {}, back, forward),
      place,
      h('label.switch', { for: 'draw' }, draw, 'Boxes'),
    ),
    strip,
    seen,
  );
  const tiles = new Map();
  let frames = [];
  let current = null;
  let shown = null;
  let drawn = null;

  function update(detections, cover) {
    frames = framesOf(detections);
    if (!frames.length) return;
    const wished = current ?? frames.find((frame) => frame.detections.some(({ id }) => id === cover))?.key;
    show(frames.some((frame) => frame.key === wished) ? wished : frames[0].key);
  }

  function show(key, pointed = null) {
    current = key;
    const index = frames.findIndex((frame) => frame.key === key);
    const frame = frames[index];
    const [first] = frame.detections;
    stage.style.setProperty('--ratio', first.frame_width / first.frame_height);
    setAttribute(
      stage,
      'aria-label',
      `Picture ${index + 1} of ${frames.length}: ${frame.detections.map(named).join(', ')}`,
    );
    const now = JSON.stringify(frame.detections);
    if (shown !== key) showFrame(frame);
    shown = key;
    if (now !== drawn) redraw(frame);
    drawn = now;
    highlight(pointed);
    setTime(at, frame.at);
    setText(count, `${index + 1} of ${frames.length}`);
    setAttribute(back, 'disabled', index === 0);
    setAttribute(forward, 'disabled', index === frames.length - 1);
    element.dataset.frames = frames.length;
    arrange(strip, frames.length > 1 ? frames.map(tile) : []);
    const there = tiles.get(key)?.isConnected && tiles.get(key);
    if (there) strip.scrollLeft = there.offsetLeft - (strip.clientWidth - there.offsetWidth) / 2; // the page itself stays
  }

  /** The small picture comes first, for it is quick; boxes wait until the picture under them is their own. */
  function showFrame({ detections: [first] }) {
    setAttribute(stage, 'data-waits', true);
    image.classList.remove('stale', 'missing');
    if (first.has_thumbnail) image.src = `/api/detections/${first.id}/thumbnail`;
    else image.removeAttribute('src');
    showPicture(image, `/api/detections/${first.id}/image`);
  }

  function redraw({ detections }) {
    arrange(boxes, detections.map(box));
    arrange(labels, detections.map(label));
    arrange(seen, detections.map(line));
  }

  function tile(frame) {
    const { key } = frame;
    if (!tiles.has(key)) {
      const [first] = frame.detections;
      const small = picture({ loading: 'lazy', width: 96, height: 60 });
      if (first.has_thumbnail) showPicture(small, `/api/detections/${first.id}/thumbnail`);
      const button = h('button.tile', { type: 'button', onclick: () => show(key) }, small, time(frame.at, 'clock'));
      tiles.set(key, h('li', {}, button));
    }
    setAttribute(tiles.get(key).firstChild, 'aria-current', key === current ? 'true' : null);
    return tiles.get(key);
  }

  function step(by) {
    const next = frames[frames.findIndex((frame) => frame.key === current) + by];
    if (next) show(next.key);
  }

  function pressed(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    step(by);
  }

  function highlight(id) {
    for (const group of [boxes, labels, seen]) {
      for (const child of group.children)
        setAttribute(child, 'data-on', id !== null && child.dataset.detection === String(id));
    }
    setAttribute(element, 'data-pointing', id !== null);
  }

  function line(detection) {
    const on = () => highlight(detection.id);
    const off = () => highlight(null);
    return h(
      'li.seen-item',
      { 'data-detection': detection.id, 'data-kind': kindOf(detection.object_type) },
      h(
        'button.chip',
        { type: 'button', onpointerenter: on, onpointerleave: off, onfocus: on, onblur: off },
        icon(kindOf(detection.object_type)),
        named(detection),
      ),
    );
  }

  /** Show the frame of this detection and point at its box; false when it is not here. */
  function point(id) {
    const frame = frames.find((one) => one.detections.some((detection) => detection.id === id));
    if (frame) show(frame.key, id);
    return Boolean(frame);
  }

  return { element, update, point };
}

function named({ object_type: type, confidence }) {
  return `${type} ${Math.round(confidence * 100)} %`;
}

function percent(fraction) {
  return `${(fraction * 100).toFixed(3)}%`;
}

function box({ id, object_type: type, box: { x1, y1, x2, y2 } }) {
  return svg('rect', {
    x: percent(x1),
    y: percent(y1),
    width: percent(x2 - x1),
    height: percent(y2 - y1),
    rx: 3,
    'data-detection': id,
    'data-kind': kindOf(type),
  });
}

function label(detection) {
  const { x1, y1, x2 } = detection.box;
  const element = h(
    'span.frame-label',
    { 'data-detection': detection.id, 'data-kind': kindOf(detection.object_type) },
    named(detection),
  );
  const isRight = x1 > 0.75;
  element.style.setProperty(isRight ? 'right' : 'left', percent(isRight ? 1 - x2 : x1));
  element.style.setProperty('top', percent(y1));
  setAttribute(element, 'data-inside', y1 < LABEL_ROOM);
  return element;
}
