// The list of events: newest first, by days, live.

import { arrange, h, setAttribute, setText } from '../dom.js';
import { icon } from '../icons.js';
import { levelWord } from '../levels.js';
import { emptiness, notice, problemWords } from '../parts.js';
import { dayKey, dayName } from '../times.js';
import { firstPicture } from './cameras.js';
import { eventFilters, readFilters } from './event_filters.js';
import { eventRow } from './event_row.js';
import { foundEvents } from './found_events.js';
import { noticesStrip } from './notices.js';

export { readFilters };

const TOP_PX = 160; // nearer to the top than this, new events come in at once; further down they wait to be asked for
const AHEAD_PX = '900px'; // older events are loaded before the end of the list is in sight

export function eventsView(context, query) {
  const { live, announce } = context;
  const { feed } = live;
  const rows = new Map();
  const days = new Map();
  const held = new Set();
  const fresh = new Set(); // came in before the eyes of the reader: only these fade in
  const filters = eventFilters(live.cameras);
  const found = foundEvents();
  const notices = noticesStrip(live);
  const trouble = h('div', {});
  const arrivals = h('button.arrivals', { type: 'button', hidden: true, onclick: showHeld }, icon('up'), h('span'));
  const list = h('div.days');
  const more = h('button.button', { type: 'button', onclick: () => feed.older() }, 'Show older events');
  const end = h('div.list-end', {}, more);
  const all = h('div', {}, arrivals, list, end);
  const body = h('div', {}, all);
  const element = h(
    'section.page',
    {},
    h('div.page-head', {}, h('h1', {}, 'Events'), filters.element),
    notices.element,
    trouble,
    body,
  );
  let known = null;
  let frame = null;

  const changed = () => {
    frame ??= requestAnimationFrame(render);
  };
  const scrolled = () => {
    if (held.size && all.isConnected && scrollY < TOP_PX) showHeld();
  };
  const sight = new IntersectionObserver(([entry]) => entry.isIntersecting && feed.older(), { rootMargin: AHEAD_PX });

  function render() {
    frame = null;
    const events = feed.events;
    if (feed.state === 'ready') receive(events);
    const shown = events.filter((event) => !held.has(event.id));
    setAttribute(list, 'aria-busy', feed.state === 'loading');
    arrange(list, shown.length || feed.state !== 'ready' ? daySections(shown) : [nothing()]);
    arrange(trouble, feed.problem ? [notice('bad', problemWords(feed.problem))] : []);
    arrivals.hidden = held.size === 0;
    setText(arrivals.lastChild, held.size === 1 ? '1 new event' : `${held.size} new events`);
    end.hidden = !feed.cursor || feed.state !== 'ready';
    more.disabled = feed.isLoadingOlder;
    setText(more, feed.isLoadingOlder ? 'Loading …' : 'Show older events');
  }

  /** Tell of new events; while the reader is further down they wait, so that the list does not jump. */
  function receive(events) {
    const isFirst = known === null;
    const before = known ?? new Set();
    known = new Set(events.map((event) => event.id));
    for (const id of held) if (!known.has(id)) held.delete(id);
    if (isFirst) return;
    const newest = [...rows.values()].length ? events.findIndex((event) => rows.has(event.id)) : events.length;
    for (const event of events.slice(0, Math.max(newest, 0))) {
      if (before.has(event.id)) continue;
      fresh.add(event.id);
      announce(`New event, ${levelWord(event.risk_level)}: ${event.summary}, ${event.camera_name}`);
      if (scrollY > TOP_PX) held.add(event.id);
    }
  }

  function showHeld() {
    held.clear();
    render();
    scrollTo({ top: 0 });
  }

  function daySections(events) {
    const byDay = Map.groupBy ? Map.groupBy(events, (event) => dayKey(event.started_at)) : grouped(events);
    const ids = new Set(events.map((event) => event.id));
    for (const id of rows.keys()) if (!ids.has(id)) rows.delete(id);
    for (const key of days.keys()) if (!byDay.has(key)) days.delete(key);
    return [...byDay].map(([key, some]) => {
      if (!days.has(key)) days.set(key, daySection(key));
      const day = days.get(key);
      setText(day.name, dayName(some[0].started_at));
      arrange(
        day.list,
        some.map((event) => row(event)),
      );
      return day.element;
    });
  }

  function row(event) {
    const there = rows.get(event.id);
    if (there) there.update(event);
    else rows.set(event.id, eventRow(event, fresh.delete(event.id)));
    return rows.get(event.id).element;
  }

  function nothing() {
    if (feed.filters.camera || feed.filters.level.length) {
      return emptiness('events', 'No event fits these filters', h('a.button', { href: '#/events' }, 'Show all events'));
    }
    if (live.cameras.state === 'ready' && live.cameras.all.length === 0) return firstPicture();
    return emptiness(
      'events',
      'Nothing has happened yet',
      h('p', {}, 'Events appear here by themselves as soon as a camera sees a person, a vehicle or an animal.'),
      h('a.button', { href: '#/cameras' }, 'Look at the cameras'),
    );
  }

  /** Take other filters; the rows of before stay until the new ones are there. */
  function change(next) {
    filters.show(next);
    const wanted = readFilters(next);
    arrange(body, [next.q ? found.element : all]);
    if (next.q) found.ask({ q: next.q, ...wanted });
    else found.stop();
    if (JSON.stringify(wanted) === JSON.stringify(feed.filters) && feed.state !== 'failed') return true;
    known = null;
    held.clear();
    scrollTo({ top: 0 });
    feed.load(wanted).catch(() => {});
    return true;
  }

  feed.addEventListener('change', changed);
  live.cameras.addEventListener('change', changed);
  addEventListener('scroll', scrolled, { passive: true });
  change(query);
  render();

  return {
    element,
    title: 'Events',
    section: '/events',
    change,
    shown() {
      scrollTo({ top: context.eventsScroll ?? 0 });
      sight.observe(end);
    },
    stop() {
      context.eventsScroll = scrollY;
      cancelAnimationFrame(frame);
      sight.disconnect();
      removeEventListener('scroll', scrolled);
      feed.removeEventListener('change', changed);
      live.cameras.removeEventListener('change', changed);
      filters.stop();
      found.stop();
      notices.stop();
    },
  };
}

function daySection(key) {
  const name = h('h2', { id: `day-${key}` });
  const list = h('ol.event-list', { 'aria-labelledby': `day-${key}` });
  return { element: h('section.day', {}, name, list), name, list };
}

function grouped(events) {
  const groups = new Map();
  for (const event of events) {
    const key = dayKey(event.started_at);
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return groups;
}
