// The machine: its models, its GPUs, its work in the background, what its parts said and who changed what.

import { get } from '../http.js';
import { arrange, h, setAttribute, setText } from '../dom.js';
import { changesList } from './changes.js';
import { gpusCard } from './gpus.js';
import { jobsCard } from './jobs.js';
import { logsCard } from './logs.js';
import { modelsCard } from './models.js';

const EVERY_MS = 5000;
const STATUS_WORDS = { ok: 'Everything works', degraded: 'Something is missing', down: 'Nothing can be stored' };

export function systemView({ live }) {
  const seesAll = live.me.cameras === null; // a key for some cameras has no business with the machine
  const isOwner = seesAll && live.me.role === 'admin';
  const version = h('p.soft');
  const status = h(
    'p.overall',
    {},
    h('span.status-dot', { 'aria-hidden': 'true' }),
    h('span'),
    h('a.small', { href: '#/health' }, 'Parts, queues and what was given up'),
  );
  const models = modelsCard();
  const gpus = seesAll && gpusCard();
  const jobs = seesAll && jobsCard(live);
  const logs = isOwner && logsCard();
  const changes = isOwner && changesList();
  const element = h(
    'section.page',
    {},
    h('div.page-head', {}, h('h1', {}, 'System'), version),
    status,
    h(
      'div.system',
      {},
      h('div.system-side', {}, models.element, gpus && gpus.element, jobs && jobs.element),
      h('div.system-side', {}, logs && logs.element, changes && changes.element, isOwner && settingsCard()),
    ),
  );

  function render() {
    const { health } = live;
    if (!health) return;
    setText(version, `Version ${health.version}`);
    setAttribute(status, 'data-status', health.status);
    setText(status.children[1], STATUS_WORDS[health.status] ?? health.status);
    models.update(health.parts);
  }

  function refresh() {
    if (document.visibilityState !== 'visible') return;
    live.readHealth();
    for (const part of [gpus, jobs, logs, changes]) if (part) part.refresh();
  }

  live.addEventListener('health', render);
  render();
  refresh();
  const timer = setInterval(refresh, EVERY_MS);
  return {
    element,
    title: 'System',
    section: '/system',
    shown: () => scrollTo({ top: 0 }),
    stop() {
      clearInterval(timer);
      live.removeEventListener('health', render);
    },
  };
}

/** All settings in force, read when they are unfolded. */
function settingsCard() {
  const list = h('dl.settings');
  const fold = h('details.history', {}, h('summary', {}, 'Settings in force'), list);
  fold.addEventListener('toggle', async () => {
    if (!fold.open || list.childElementCount) return;
    try {
      const { settings } = await get('/api/system/settings');
      arrange(
        list,
        flat(settings).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
      );
    } catch (problem) {
      setText(list, problem.message);
    }
  });
  return h('section.card', {}, h('h2', {}, 'Settings'), fold);
}

/** [['detector.batch', '8'], …], as they stand in homesec.toml. */
function flat(settings, before = '') {
  return Object.entries(settings).flatMap(([name, value]) =>
    value && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length
      ? flat(value, `${before}${name}.`)
      : [[`${before}${name}`, typeof value === 'string' ? value : JSON.stringify(value)]],
  );
}
