// Whom nobody has named: persons who come again, and faces that are of nobody known.

import { get, post } from '../http.js';
import { arrange, h, picture, setText } from '../dom.js';
import { icon } from '../icons.js';
import { time } from '../times.js';
import { whoIs } from './who_is.js';

const MONTH_MS = 30 * 24 * 3600 * 1000;
const TIMES = ['', 'once', 'twice', 'three times', 'four times', 'five times', 'six times'];

/** `onnamed()` when somebody was named. */
export function strangersCard({ cameras, onnamed }) {
  const people = h('ul.strangers');
  const faces = h('ul.strangers');
  const nobody = h('p.soft', { hidden: true }, 'Nobody unknown has come by.');
  const facesPart = h('div', { hidden: true }, h('h3', {}, 'Unknown faces'), faces);
  const chosen = new Set();
  const told = h('p.complaint', { role: 'alert' });
  const merge = h('button.button', { type: 'button', hidden: true, onclick: areOne }, 'These are the same person');
  const element = h(
    'section.card',
    { 'aria-labelledby': 'strangers-title' },
    h('h2', { id: 'strangers-title' }, 'Strangers'),
    h('p.soft.small', {}, 'People whom cameras saw and nobody has named. Name those you know.'),
    nobody,
    people,
    merge,
    told,
    facesPart,
  );
  let known = [];

  async function read(members) {
    known = members;
    chosen.clear();
    choose();
    const [strangers, unknown] = await Promise.all([
      get('/api/household/strangers'),
      get('/api/faces/unknown', { query: { limit: 24 } }),
    ]);
    nobody.hidden = strangers.items.length + unknown.items.length > 0;
    arrange(people, strangers.items.map((one) => stranger(one, members)));
    facesPart.hidden = !unknown.items.length;
    arrange(faces, unknown.items.map((one) => face(one, members)));
  }

  function stranger(one, members) {
    const id = one.primary_detection_id;
    const where = one.cameras.map((camera) => cameras.name(camera)).join(', ');
    return tile(
      id && `/api/detections/${id}/thumbnail`,
      [h('p.row-name', {}, visitsWords(one.visits)), h('p.soft.small', {}, time(one.last_seen_at, 'ago'), where && ` · ${where}`)],
      id && whoIs({ members: [...members], sighting: { detection_id: id }, ondone: onnamed }).element,
      h('label.check.small', {}, h('input', { type: 'checkbox', onchange: ({ target }) => choose(one.id, target.checked) }), 'Same as another one'),
    );
  }

  function choose(id, isChosen) {
    if (isChosen) chosen.add(id);
    else chosen.delete(id);
    merge.hidden = chosen.size < 2;
  }

  async function areOne() {
    const [first, ...others] = chosen;
    setText(told, '');
    try {
      await post(`/api/entities/${first}/merge`, { other_ids: others });
      await read(known);
    } catch (problem) {
      setText(told, problem.message);
    }
  }

  function face(one, members) {
    const words = [time(one.timestamp, 'ago'), ` · ${cameras.name(one.camera_id)}`];
    return tile(
      `/api/faces/${one.id}/picture`,
      [h('p.soft.small', {}, one.event_id ? h('a', { href: `#/events/${one.event_id}` }, words) : words)],
      whoIs({ members: [...members], sighting: { face_id: one.id }, ondone: onnamed }).element,
    );
  }

  return { element, read };
}

function tile(source, words, ...more) {
  const image = source ? picture({ src: source, loading: 'lazy' }) : icon('person');
  return h('li.stranger', {}, h('div.stranger-picture', {}, image), h('div.stranger-words', {}, words, ...more));
}

/** `The same person, four times in the last 30 days`. */
export function visitsWords(visits, now = Date.now()) {
  const times = visits.filter((start) => now - Date.parse(start) < MONTH_MS).length;
  if (times < 2) return 'Unknown person';
  return `The same unknown person, ${TIMES[times] ?? `${times} times`} in 30 days`;
}
