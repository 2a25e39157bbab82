// One event: what was seen, how worrying it is, and why.

import { Problem, get, getPatiently, post } from '../http.js';
import { arrange, h, setAttribute, setText } from '../dom.js';
import { icon } from '../icons.js';
import { emptiness, notice, problemWords } from '../parts.js';
import { ended, setTime, time } from '../times.js';
import { eventAlerts } from './alerts.js';
import { eventPeople } from './event_people.js';
import { framesView } from './frames.js';
import { furtherView } from './further.js';
import { reviewView } from './review.js';
import { scoreView } from './score.js';

const AGAIN_MS = 800; // how often an event that changes is read again

export function eventView({ live }, id) {
  const ending = new AbortController();
  const { signal } = ending;
  const title = h('h1');
  const camera = h('a');
  const at = time(null, 'full');
  const state = h('span.event-state');
  const frames = framesView();
  const onpoint = (detection) => frames.point(detection) && frames.element.scrollIntoView({ block: 'nearest' });
  const score = scoreView({ onpoint });
  const people = eventPeople({ id, maySee: live.mayChange && live.me.cameras === null, signal, onpoint });
  const further = furtherView({ id, signal, onpoint });
  const alerts = eventAlerts({ mayChange: live.mayChange, onsettled: read });
  const review = reviewView({ id, mayChange: live.mayChange, onsave: (changed) => show({ ...event, ...changed }) });
  const trouble = h('div', {}, h('p.soft', { role: 'status' }, 'Loading …'));
  const all = h('button.button', { type: 'button', hidden: true, onclick: showAll });
  const body = h(
    'div.event-body',
    { hidden: true },
    h('header.event-head', {}, title, h('p.event-meta', {}, camera, at, state)),
    h('div.event-seen', {}, frames.element, all),
    h('div.event-side', {}, score.element, alerts.element, people.element, further.element, review.element),
  );
  const element = h(
    'section.page.event-page',
    {},
    h('a.way-back', { href: backTo() }, icon('back'), 'All events'),
    trouble,
    body,
  );
  let event = null;
  let detections = [];
  let isAll = false;
  let timer = null;

  function show(now) {
    if (event && event.revision > now.revision) return;
    event = now;
    if (now.deleted_at) {
      gone(
        'This event was deleted',
        live.mayChange && h('button.button', { type: 'button', onclick: restore }, 'Restore it'),
      );
      return;
    }
    if (!isAll && now.detections) detections = now.detections;
    body.hidden = false;
    setText(title, now.summary);
    setText(camera, now.camera_name);
    setAttribute(camera, 'href', `#/events?camera=${encodeURIComponent(now.camera_id)}`);
    setAttribute(camera, 'title', 'All events of this camera');
    setTime(at, now.started_at);
    setText(state, now.status === 'open' ? 'Ongoing' : ended(now.started_at, now.ended_at));
    setAttribute(state, 'data-state', now.status);
    frames.update(detections, now.cover_detection_id);
    score.update(now);
    alerts.update(now.alerts ?? []);
    review.update(now);
    people.update(detections);
    const more = now.detection_count - detections.length;
    all.hidden = isAll || more <= 0;
    setText(all, `Show the ${more} later detections too`);
    arrange(trouble, detections.length ? [] : [notice('info', 'The pictures of this event are no longer kept.')]);
    document.title = `${now.summary} · homesec`;
  }

  /** The event itself brings its first detections only; the rest comes by pages, newest first. */
  async function showAll() {
    all.disabled = true;
    try {
      const found = [];
      for (let cursor = null, first = true; first || cursor; first = false) {
        const page = await get('/api/detections', { query: { event: id, limit: 200, cursor }, signal });
        found.push(...page.items);
        cursor = page.next_cursor;
      }
      detections = found.reverse();
      isAll = true;
      show(event);
    } catch (problem) {
      if (problem instanceof Problem) arrange(trouble, [notice('bad', problem.message)]);
    } finally {
      all.disabled = false;
    }
  }

  async function read() {
    timer = null;
    try {
      const onwait = (problem) => arrange(trouble, [notice('bad', problemWords(problem))]);
      show(await getPatiently(`/api/events/${id}`, { signal, onwait }));
      further.read();
    } catch (problem) {
      if (problem instanceof Problem) gone(problem.status === 404 ? 'There is no such event' : problem.message);
      else if (problem.name !== 'AbortError') throw problem;
    }
  }

  async function restore() {
    try {
      show(await post(`/api/events/${id}/restore`));
    } catch (problem) {
      gone(`Not restored: ${problem.message}`);
    }
  }

  function gone(words, ...ways) {
    body.hidden = true;
    arrange(trouble, [
      emptiness('events', words, h('div.choices', {}, ways, h('a.button', { href: '#/events' }, 'Go to the events'))),
    ]);
  }

  function heard({ detail: { type, data } }) {
    const isOurs = (type.startsWith('event.') || type.startsWith('alert.')) && data.event_id === id;
    const concerns = type === 'system.reset' || isOurs;
    if (concerns) timer ??= setTimeout(read, event?.status === 'open' ? AGAIN_MS : 0);
  }

  function backTo() {
    const { camera: one, level } = live.feed.filters;
    const query = new URLSearchParams(
      Object.entries({ camera: one, level: level?.[0] }).filter(([, value]) => value),
    ).toString();
    return query ? `#/events?${query}` : '#/events';
  }

  live.addEventListener('message', heard);
  read();
  return {
    element,
    title: 'Event',
    section: '/events',
    shown: () => scrollTo({ top: 0 }),
    stop() {
      ending.abort();
      clearTimeout(timer);
      live.removeEventListener('message', heard);
    },
  };
}
