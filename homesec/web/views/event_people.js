// The persons of an event: who they are, as far as that is known, and "Who is this?" for the others.

import { Problem, get } from '../http.js';
import { arrange, h, setText } from '../dom.js';
import { whoIs } from './who_is.js';

const MOST = 8;

/** A card that stays away while there is no person to name; `onpoint(detection id)` shows where one is. */
export function eventPeople({ id, maySee, signal, onpoint }) {
  const list = h('ul.event-people');
  const element = h(
    'section.card',
    { 'aria-labelledby': 'people-title', hidden: true },
    h('h2', { id: 'people-title' }, 'People'),
    list,
  );
  let shown = '';
  let members = null;

  async function update(detections) {
    if (!maySee) return;
    const seen = personsOf(detections);
    const now = JSON.stringify(seen.map(({ id: detection }) => detection));
    if (now === shown) return;
    shown = now;
    element.hidden = !seen.length;
    if (!seen.length) return;
    try {
      members ??= (await get('/api/household/members', { query: { limit: 200 }, signal })).items;
      const faces = (await get(`/api/events/${id}/enrichment`, { signal })).detections.flatMap((one) => one.faces.map((face) => [one.detection_id, face]));
      arrange(list, seen.map((person) => row(person, faces)));
    } catch (problem) {
      shown = '';
      if (!(problem instanceof Problem) && problem.name !== 'AbortError') throw problem;
    }
  }

  function row(person, faces) {
    const match = faces.find(([detection, face]) => person.ids.has(detection) && face.matched_person_id !== null)?.[1];
    const known = match && members.find((member) => member.known_person_id === match.matched_person_id);
    const name = known ? known.name : 'A person';
    const label = known ? 'Somebody else?' : 'Who is this?';
    const onclick = () => onpoint(person.id);
    const show = h('button.link', { type: 'button', title: 'Show in the picture', onclick }, name);
    const ondone = (member) => setText(show, member.name);
    const ask = whoIs({ members: [...members], sighting: { detection_id: person.id }, label, ondone });
    return h('li.event-person', {}, show, ask.element);
  }

  return { element, update };
}

/** Of each track of a person the detection that shows most, and the ids of all of them. */
function personsOf(detections) {
  const persons = new Map();
  for (const one of detections.filter(({ object_type: type }) => type === 'person')) {
    const key = one.track_id ?? `alone ${one.id}`;
    const known = persons.get(key) ?? { id: one.id, area: 0, ids: new Set() };
    const area = (one.box.x2 - one.box.x1) * (one.box.y2 - one.box.y1);
    known.ids.add(one.id);
    if (area > known.area) Object.assign(known, { id: one.id, area });
    persons.set(key, known);
  }
  return [...persons.values()].slice(0, MOST);
}
