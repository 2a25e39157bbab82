// One rule, and what it would have told: tried on the past with every change, before it is saved.

import { Problem, get, getPatiently, pause, post, put, remove } from '../http.js';
import { arrange, h, picture, setText, showPicture } from '../dom.js';
import { icon } from '../icons.js';
import { badge, setBadge } from '../levels.js';
import { actionButton, emptiness, notice, problemWords } from '../parts.js';
import { time } from '../times.js';
import { NEW_RULE, ruleForm } from './rule_form.js';

const DAYS = 14;
const SETTLE_MS = 900; // after the last change it is tried
const SHOWN = 8;
const LEAVE = 'This rule is not saved yet. Leave it?';

export function alertRuleView({ live }, id) {
  const ending = new AbortController();
  const { signal } = ending;
  const { mayChange } = live;
  const form = ruleForm({ onchange: changed, onsubmit: save, mayChange });
  const title = h('h1', {}, id ? 'Rule' : 'New rule');
  const trouble = h('div');
  const outcome = h('div.tried', { 'aria-live': 'polite' }, h('p.soft', {}, 'Trying it on the past …'));
  const keep = h('button.button.primary', { type: 'submit', form: 'rule' }, 'Save');
  const drop = actionButton('button.button.danger', 'Delete', askedToDelete, { hidden: !id });
  const body = h(
    'div.rule-body',
    { hidden: true },
    form.element,
    h(
      'aside.rule-side',
      {},
      h('section.card', { 'aria-labelledby': 'tried-title' }, h('h2', { id: 'tried-title' }, `On the last ${DAYS} days`), outcome),
      mayChange && h('div.rule-actions', {}, keep, drop),
    ),
  );
  const element = h(
    'section.page.rule-page',
    {},
    h('a.way-back', { href: '#/alerts/rules' }, icon('back'), 'Rules'),
    h('div.page-head', {}, title),
    trouble,
    body,
  );
  let saved = null;
  let stored = '';
  let trying = null;

  async function read() {
    try {
      const onwait = (problem) => arrange(trouble, [notice('bad', problemWords(problem))]);
      const rule = id ? await getPatiently(`/api/alert-rules/${id}`, { signal, onwait }) : NEW_RULE;
      const zones = await zoneNames();
      arrange(trouble, []);
      show(rule, zones);
      if (!id) form.focus();
    } catch (problem) {
      if (problem instanceof Problem)
        arrange(trouble, [problem.status === 404 ? emptiness('bell', 'There is no such rule') : notice('bad', problem.message)]);
      else if (problem.name !== 'AbortError') throw problem;
    }
  }

  function show(rule, zones) {
    saved = rule;
    if (id) setText(title, rule.name);
    form.fill(rule, { cameras: Object.fromEntries(live.cameras.all.map((camera) => [camera.id, camera.name])), zones });
    stored = JSON.stringify(form.value());
    body.hidden = false;
    tryIt(0);
  }

  /** `{id: "Porch (Front door)"}` of all cameras. */
  async function zoneNames() {
    while (live.cameras.state === 'loading') await pause(50, signal);
    const lists = await Promise.all(
      live.cameras.all.map(async (camera) => {
        const { items } = await get(`/api/cameras/${encodeURIComponent(camera.id)}/zones`, { signal });
        return items.map((zone) => [zone.id, `${zone.name} (${camera.name})`]);
      }),
    );
    return Object.fromEntries(lists.flat());
  }

  function changed() {
    form.complain(null);
    setText(drop, 'Delete');
    tryIt(SETTLE_MS);
  }

  async function tryIt(waitMs) {
    trying?.abort();
    trying = new AbortController();
    const own = AbortSignal.any([signal, trying.signal]);
    try {
      await pause(waitMs, own);
      const rule = form.value();
      const tried = mayChange
        ? await post('/api/alert-rules/backtest', { rule: { ...rule, name: rule.name || 'draft' }, rule_id: id ?? null, days: DAYS }, { signal: own })
        : await get(`/api/alert-rules/${id}/backtest`, { query: { days: DAYS }, signal: own });
      arrange(outcome, triedParts(tried));
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      if (!(problem instanceof Problem)) throw problem;
      arrange(outcome, [h('p.soft', {}, 'It cannot be tried as it is.')]);
      form.complain(problem);
    }
  }

  async function save() {
    const rule = form.value();
    if (!rule.name) {
      form.complain(new Problem(422, '', '', { errors: [{ where: 'body.name', message: 'It needs a name.' }] }), true);
      return;
    }
    keep.disabled = true;
    try {
      saved = await (id ? put(`/api/alert-rules/${id}`, rule) : post('/api/alert-rules', rule));
      stored = JSON.stringify(form.value());
      location.hash = '#/alerts/rules';
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      form.complain(problem, true);
    } finally {
      keep.disabled = false;
    }
  }

  async function askedToDelete() {
    if (drop.textContent === 'Delete') {
      setText(drop, 'Delete for good?');
      return;
    }
    try {
      await remove(`/api/alert-rules/${id}`);
      stored = JSON.stringify(form.value());
      location.hash = '#/alerts/rules';
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      form.complain(problem);
    }
  }

  read();
  return {
    element,
    title: id ? 'Rule' : 'New rule',
    section: '/alerts',
    shown: () => scrollTo({ top: 0 }),
    mayLeave: () => saved === null || JSON.stringify(form.value()) === stored || confirm(LEAVE),
    stop: () => ending.abort(),
  };
}

function triedParts(tried) {
  const cameras = Object.entries(tried.by_camera);
  return [
    h('p.tried-rate', {}, h('strong', {}, String(tried.per_day)), ' a day'),
    h('p.soft.small', {}, told(tried)),
    tried.false_positives > 0 && h('p.complaint', {}, `${tried.false_positives} of events that you called false.`),
    cameras.length > 1 && h('p.soft.small', {}, cameras.map(([camera, count]) => `${camera} ${count}`).join(', ')),
    tried.missed_count > 0 && h('h3', {}, tried.missed_count === 1 ? 'It would have missed this one' : `It would have missed these ${tried.missed_count}`),
    tried.missed_count > 0 && eventList(tried.missed, (one) => (one.told_by_others ? 'another rule told of it' : one.feedback === 'missed_threat' ? 'you marked it as missed' : 'nobody told of it')),
    tried.items.length > 0 && h('h3', {}, 'It would have told of'),
    tried.items.length > 0 && eventList(tried.items, (one) => one.why),
  ].filter(Boolean);
}

function told({ alerts, events, days, complete, held }) {
  const merged = held - alerts;
  return [
    `${alerts} ${alerts === 1 ? 'alert' : 'alerts'} of ${events} events in ${days} ${days === 1 ? 'day' : 'days'}`,
    merged > 0 && `, ${merged} more were the same again`,
    complete ? '.' : '; older events were left out.',
  ]
    .filter(Boolean)
    .join('');
}

function eventList(items, words) {
  return h('ul.tried-list', {}, items.slice(0, SHOWN).map((one) => eventLine(one, words(one)))); // prettier-ignore
}

function eventLine(one, words) {
  const image = picture({ loading: 'lazy', width: 96, height: 60 });
  showPicture(image, one.cover_detection_id && `/api/detections/${one.cover_detection_id}/thumbnail`);
  const score = badge();
  setBadge(score, one.risk_score, one.risk_level);
  return h(
    'li',
    {},
    h(
      'a.tried-event',
      { href: `#/events/${one.event_id}`, target: '_blank' },
      image,
      h('span', {}, h('span.event-summary', {}, one.summary), h('span.soft.small', {}, one.camera_name, ' · ', time(one.started_at, 'full'), ' · ', words)),
      score,
    ),
  );
}
