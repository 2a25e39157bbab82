// The ways that persons, vehicles and animals took through a camera's picture, its zones, and where most of it happened.

import { Problem, get, getPatiently } from '../http.js';
import { arrange, h, picture, setAttribute, setText, showPicture, svg } from '../dom.js';
import { icon, kindOf } from '../icons.js';
import { notice, problemWords } from '../parts.js';
import { span, time } from '../times.js';

const HOUR_MS = 3_600_000;
const SPANS = {
  hourly: [1, 'Last hour'],
  daily: [24, 'Last 24 hours'],
  weekly: [168, 'Last 7 days'],
};
const MOST = 200; // ways in one picture: more would hide it
const LISTED = 12;

/** `read()` asks the server, `renew()` shows the newest picture. */
export function pathsView({ id, cameras, signal }) {
  const base = `/api/cameras/${encodeURIComponent(id)}`;
  const image = picture({ class: 'frame-image', alt: '' });
  image.addEventListener('load', () => stage.style.setProperty('--ratio', image.naturalWidth / image.naturalHeight));
  const noHeat = h('p.soft.small.map-no-heat', { hidden: true }, 'No heatmap yet: it is made when an hour is over.');
  const heat = picture({
    class: 'map-heat',
    alt: '',
    onload: () => (noHeat.hidden = true),
    onerror: () => (noHeat.hidden = false),
  });
  const zones = layer('map-zones');
  const ways = layer('map-ways');
  const stage = h('div.frame-stage', { role: 'img' }, image, blank(), heat, zones, ways);
  const choose = h(
    'select',
    { id: 'map-span', onchange: read },
    Object.entries(SPANS).map(([name, [, words]]) => h('option', { value: name, selected: name === 'daily' }, words)),
  );
  const count = h('p.soft.small', { role: 'status' });
  const list = h('ol.ways-list');
  const trouble = h('div');
  const shows = (name, words, isOn) => {
    const changed = ({ target }) => {
      setAttribute(element, `data-${name}`, target.checked);
      renewHeat();
    };
    return h('label.switch', {}, h('input', { type: 'checkbox', checked: isOn, onchange: changed }), words);
  };
  const element = h(
    'figure.frame.map',
    { 'data-ways': true, 'data-zones': true },
    h('div.frame-ground', {}, stage),
    h(
      'figcaption.frame-bar',
      {},
      h('label.only-heard', { for: 'map-span' }, 'Time'),
      choose,
      shows('ways', 'Tracks', true),
      shows('zones', 'Zones', true),
      shows('heat', 'Heatmap', false),
    ),
    h('div.map-words', {}, trouble, noHeat, count, list),
  );

  function renew() {
    const camera = cameras.all.find((one) => one.id === id);
    if (camera) showPicture(image, cameras.picture(camera));
  }

  /** It is made by the hour, and asked for only while it is shown. */
  function renewHeat() {
    if (element.hasAttribute('data-heat')) heat.src = `${base}/heatmap.png?resolution=${choose.value}`;
  }

  async function read() {
    const chosen = choose.value;
    const [hours] = SPANS[chosen];
    const query = { camera: id, since: new Date(Date.now() - hours * HOUR_MS).toISOString(), limit: MOST };
    const onwait = (problem) => arrange(trouble, [notice('bad', problemWords(problem))]);
    try {
      const { items, next_cursor: more } = await getPatiently('/api/tracks', { query, signal, onwait });
      const drawn = await get(`${base}/zones`, { signal });
      arrange(trouble, []);
      if (chosen !== choose.value) return; // another span was chosen meanwhile
      showWays(items, Boolean(more));
      arrange(zones, drawn.items.filter(({ enabled }) => enabled).map(outline));
      renewHeat();
    } catch (problem) {
      if (problem instanceof Problem) arrange(trouble, [notice('bad', problem.message)]);
      else if (problem.name !== 'AbortError') throw problem;
    }
  }

  function showWays(items, isMore) {
    arrange(ways, items.flatMap(way));
    arrange(list, items.slice(0, LISTED).map(line));
    const words = items.length === 1 ? '1 track' : `${items.length} tracks`;
    setText(count, items.length ? `${isMore ? 'The newest ' : ''}${words}` : 'Nothing moved in this time.');
    setAttribute(stage, 'aria-label', `Picture of the camera with ${words} drawn over it`);
  }

  function line({ id: track, object_class: type, first_seen: first, last_seen: last }) {
    const on = () => highlight(track);
    const off = () => highlight(null);
    return h(
      'li',
      {},
      h(
        'button.chip',
        { type: 'button', onpointerenter: on, onpointerleave: off, onfocus: on, onblur: off },
        icon(kindOf(type)),
        `${type}, ${span(first, last)}, `,
        time(first, 'ago'),
      ),
    );
  }

  function highlight(track) {
    setAttribute(element, 'data-pointing', track !== null);
    for (const child of ways.children) setAttribute(child, 'data-on', child.dataset.track === String(track));
  }

  return { element, read, renew };
}

function layer(name) {
  return svg('svg', { class: name, viewBox: '0 0 1 1', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
}

function blank() {
  return h('p.frame-missing', {}, 'No picture yet');
}

/** A line through the foot points, with a dot where it began. */
function way({ id, object_class: type, trajectory }) {
  const points = trajectory.map(({ x, y }) => `${x},${y}`);
  if (!points.length) return [];
  const marks = { 'data-track': id, 'data-kind': kindOf(type) };
  const dot = svg('polyline', { ...marks, class: 'way-start', points: `${points[0]} ${points[0]}` });
  return [svg('polyline', { ...marks, points: points.join(' ') }), dot];
}

function outline({ name, shape, coordinates, color }) {
  const points = coordinates.map((point) => point.join(',')).join(' ');
  const drawn = svg(shape === 'line' ? 'polyline' : 'polygon', { points }, svg('title', {}, name));
  drawn.style.setProperty('--zone', color);
  return drawn;
}
