// One line of the list of events. It is made once and then changed in place, so that nothing flickers.

import { arrange, h, picture, setAttribute, setText, showPicture } from '../dom.js';
import { icon, kindOf } from '../icons.js';
import { badge, setBadge } from '../levels.js';
import { ended, setTime, time } from '../times.js';

const MOST_TYPES = 4;

/** A list item with `update(event)`; a fresh one fades in. */
export function eventRow(event, isFresh = false) {
  const image = picture({ loading: 'lazy', width: 160, height: 100 });
  const summary = h('span.event-summary');
  const camera = h('span.event-camera');
  const at = time(event.started_at, 'clock');
  const state = h('span.event-state');
  const types = h('span.event-types');
  const reviewed = h('span.event-reviewed', { hidden: true }, icon('check'), 'Reviewed');
  const score = badge();
  const link = h(
    'a.event-link',
    { href: `#/events/${event.id}` },
    h('span.event-picture', {}, image),
    h(
      'span.event-words',
      {},
      summary,
      h('span.event-meta', {}, camera, at, state),
      h('span.event-marks', {}, types, reviewed),
    ),
    score,
  );
  const element = h('li.event', { 'data-event': event.id, 'data-fresh': isFresh }, link);
  let shownTypes = '';

  function update(now) {
    setText(summary, now.summary);
    setText(camera, now.camera_name);
    setTime(at, now.started_at);
    const isOpen = now.status === 'open';
    setText(state, isOpen ? 'Ongoing' : ended(now.started_at, now.ended_at));
    setAttribute(state, 'data-state', now.status);
    setAttribute(element, 'data-level', now.risk_level);
    setAttribute(element, 'data-reviewed', now.reviewed);
    reviewed.hidden = !now.reviewed;
    setBadge(score, now.risk_score, now.risk_level);
    showPicture(image, now.cover_detection_id && `/api/detections/${now.cover_detection_id}/thumbnail`);
    const wanted = now.object_types.join('\n');
    if (wanted !== shownTypes) arrange(types, typeChips(now.object_types));
    shownTypes = wanted;
  }

  update(event);
  return { element, update };
}

function typeChips(types) {
  const chips = types
    .slice(0, MOST_TYPES)
    .map((type) => h('span.chip', { 'data-kind': kindOf(type) }, icon(kindOf(type)), type));
  if (types.length > MOST_TYPES)
    chips.push(h('span.chip', { title: types.slice(MOST_TYPES).join(', ') }, `+${types.length - MOST_TYPES}`));
  return chips;
}
