// What the owner is told: one card for each incident, those that nobody has seen first, live.

import { Problem, getPatiently, patch, post } from '../http.js';
import { arrange, h, picture, setAttribute, setText, showPicture } from '../dom.js';
import { LEVELS, levelWord } from '../levels.js';
import { actionButton, emptiness, notice, problemWords } from '../parts.js';
import { time } from '../times.js';

const OPEN = ['pending', 'delivered'];
const SETTLED = ['acknowledged', 'dismissed'];
const GATHER_MS = 400; // alerts come in bursts
const MOST_OPEN = 200;
const PAGE = 20;
const SNOOZE_H = 1;

export function alertsView({ live, announce }) {
  const ending = new AbortController();
  const { signal } = ending;
  const cards = new Map();
  const trouble = h('div', {}, h('p.soft', { role: 'status' }, 'Loading …'));
  const open = h('ol.event-list', { 'aria-label': 'Open alerts' });
  const settled = h('ol.event-list', { 'aria-labelledby': 'settled-title' });
  const more = h('button.button', { type: 'button', hidden: true, onclick: grow }, 'Show more');
  const earlier = h('section.alerts-earlier', { hidden: true }, h('h2', { id: 'settled-title' }, 'Seen before'), settled);
  const element = h(
    'section.page.alerts-page',
    {},
    h('div.page-head', {}, h('h1', {}, 'Alerts'), seesRules(live.me) && h('a.button', { href: '#/alerts/rules' }, 'Rules')),
    trouble,
    open,
    earlier,
    h('div.list-end', {}, more),
  );
  let limit = PAGE;
  let known = null;
  let timer = null;

  async function read() {
    timer = null;
    try {
      const onwait = (problem) => arrange(trouble, [notice('bad', problemWords(problem))]);
      const [now, before] = await Promise.all([
        getPatiently('/api/alerts', { query: { status: OPEN, limit: MOST_OPEN }, signal, onwait }),
        getPatiently('/api/alerts', { query: { status: SETTLED, limit }, signal, onwait }),
      ]);
      arrange(trouble, []);
      show(now.items, before);
    } catch (problem) {
      if (problem instanceof Problem) arrange(trouble, [notice('bad', problemWords(problem))]);
      else if (problem.name !== 'AbortError') throw problem;
    }
  }

  function show(items, before) {
    const groups = [...byIncident(items)];
    const ids = new Set(groups.map(([key]) => key));
    for (const key of cards.keys()) if (!ids.has(key)) cards.delete(key);
    const shown = groups.map(([key, alerts]) => {
      const isNew = !cards.has(key);
      if (isNew) cards.set(key, alertCard({ mayChange: live.mayChange, onsettled: read, isFresh: known !== null }));
      cards.get(key).update(alerts);
      if (isNew && known) announce(`New alert, ${levelWord(worst(alerts).severity)}: ${worst(alerts).summary}`);
      return cards.get(key).element;
    });
    known = ids;
    arrange(open, shown.length ? shown : [h('li', {}, nothing())]);
    arrange(settled, before.items.map(settledRow));
    earlier.hidden = before.items.length === 0;
    more.hidden = !before.next_cursor || limit >= 200;
  }

  function grow() {
    limit = Math.min(limit * 3, 200);
    read();
  }

  function heard({ detail: { type } }) {
    if (type.startsWith('alert.') || type === 'system.reset') timer ??= setTimeout(read, GATHER_MS);
  }

  live.addEventListener('message', heard);
  read();
  return {
    element,
    title: 'Alerts',
    section: '/alerts',
    shown: () => scrollTo({ top: 0 }),
    stop() {
      ending.abort();
      clearTimeout(timer);
      live.removeEventListener('message', heard);
    },
  };
}

/** Rules concern all cameras: a key that is limited to some does not see them. */
export function seesRules(me) {
  return me.cameras === null;
}

/** The alerts of one event, for its page. */
export function eventAlerts({ mayChange, onsettled }) {
  const list = h('ul.paged');
  const element = h(
    'section.card',
    { 'aria-labelledby': 'alerts-title', hidden: true },
    h('h2', { id: 'alerts-title' }, 'Alerts'),
    list,
  );
  function update(alerts) {
    element.hidden = alerts.length === 0;
    arrange(list, alerts.map(line));
  }
  function line(alert) {
    const isOpen = OPEN.includes(alert.status);
    const words = h('p.complaint');
    const settle = (what) => () => settled(words, () => post(`/api/alerts/${alert.id}/${what}`), onsettled);
    return h(
      'li.paged-item.alert-line',
      { 'data-alert': alert.id },
      h('p', {}, h('strong', {}, alert.rule_name ?? 'A rule that was deleted'), ` · ${levelWord(alert.severity)}`),
      h('p.soft.small', {}, alert.why, alert.late && ' · known late'),
      h('p.soft.small', {}, stateWords(alert)),
      isOpen &&
        mayChange &&
        h(
          'div.choices',
          {},
          actionButton('button.button.primary', 'Acknowledge', settle('acknowledge')),
          actionButton('button.button', 'Dismiss', settle('dismiss')),
        ),
      words,
    );
  }
  return { element, update };
}

/** A card with one tap for each thing that can be done; changed in place, so that nothing jumps under the thumb. */
function alertCard({ mayChange, onsettled, isFresh }) {
  const image = picture({ loading: 'lazy', width: 160, height: 100 });
  const summary = h('span.event-summary');
  const meta = h('span.event-meta');
  const why = h('span.alert-why.soft.small');
  const severity = h('span.badge', { title: 'Severity of the alert' }, h('span.badge-level')); // the score is its event's
  const link = h(
    'a.event-link',
    {},
    h('span.event-picture', {}, image),
    h('span.event-words', {}, summary, meta, why),
    severity,
  );
  const words = h('p.complaint');
  const act = (work) => () => settled(words, work, onsettled);
  const actions = h(
    'div.alert-actions',
    {},
    actionButton('button.button.primary', 'Acknowledge', act(acknowledge)),
    actionButton('button.button', 'Dismiss', act(dismiss)),
    actionButton('button.button', `Snooze ${SNOOZE_H} h`, act(snooze)),
    words,
  );
  const element = h('li.event.alert', { 'data-fresh': isFresh }, link, mayChange && actions);
  let alerts = [];

  function acknowledge() {
    const { incident_id: incident, id } = alerts[0];
    return post(incident === null ? `/api/alerts/${id}/acknowledge` : `/api/incidents/${incident}/acknowledge`);
  }

  async function dismiss() {
    for (const { id } of alerts) await post(`/api/alerts/${id}/dismiss`);
  }

  async function snooze() {
    const until = new Date(Date.now() + SNOOZE_H * 3600_000).toISOString();
    await patch(`/api/events/${alerts[0].event_id}`, { snooze_until: until });
    await acknowledge();
  }

  function update(now) {
    alerts = now;
    const one = worst(now);
    const rules = [...new Set(now.map((alert) => alert.rule_name ?? 'a deleted rule'))];
    const events = new Set(now.map((alert) => alert.event_id)).size;
    setAttribute(element, 'data-alert', one.id);
    setAttribute(element, 'data-level', one.severity);
    setAttribute(link, 'href', `#/events/${one.event_id}`);
    setText(summary, one.summary);
    const told = [one.camera_name, rules.join(', '), events > 1 && `${events} events`, one.late && 'known late'];
    arrange(meta, [
      ...told.filter(Boolean).map((part) => h('span', {}, part)),
      time(one.started_at, 'full'),
    ]);
    setText(why, fallen(one) ? `${one.why}; now ${levelWord(one.now.severity).toLowerCase()}` : one.why);
    setAttribute(severity, 'data-level', one.severity);
    setText(severity.firstChild, levelWord(one.severity));
    showPicture(image, one.cover_detection_id && `/api/detections/${one.cover_detection_id}/thumbnail`);
  }

  return { element, update };
}

function settledRow(alert) {
  return h(
    'li.event',
    { 'data-level': alert.severity, 'data-reviewed': true },
    h(
      'a.event-link',
      { href: `#/events/${alert.event_id}` },
      h(
        'span.event-words',
        {},
        h('span.event-summary', {}, alert.summary),
        h(
          'span.event-meta',
          {},
          h('span', {}, alert.camera_name),
          h('span', {}, alert.rule_name ?? 'a deleted rule'),
          time(alert.started_at, 'full'),
          h('span', {}, stateWords(alert)),
        ),
      ),
    ),
  );
}

async function settled(words, work, done) {
  setText(words, '');
  try {
    await work();
    await done();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    setText(words, problem.message);
  }
}

function stateWords({ status }) {
  return { pending: 'Not seen yet', delivered: 'Told, not seen yet', acknowledged: 'Acknowledged', dismissed: 'Dismissed' }[status];
}

function fallen({ now, severity }) {
  return now.severity && LEVELS.indexOf(now.severity) < LEVELS.indexOf(severity);
}

function worst(alerts) {
  return alerts.reduce((one, other) => (LEVELS.indexOf(other.severity) > LEVELS.indexOf(one.severity) ? other : one));
}

/** Incident (or alert without one) to its alerts, in the order of the newest. */
function byIncident(alerts) {
  const groups = new Map();
  for (const alert of alerts) {
    const key = alert.incident_id ?? alert.id;
    groups.set(key, [...(groups.get(key) ?? []), alert]);
  }
  return groups;
}

function nothing() {
  return emptiness(
    'bell',
    'Nothing to see to',
    h('p', {}, 'What your rules find worth telling appears here, and stays until somebody has seen it.'),
  );
}
