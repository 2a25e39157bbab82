// Work in the background: what runs, how far it is, and the two that may be started from here.

import { Problem, get, post } from '../http.js';
import { arrange, h, setText } from '../dom.js';
import { actionButton, bar, notice, problemWords } from '../parts.js';
import { time } from '../times.js';

const LIMIT = 10;
const RUNNING = new Set(['queued', 'running']);
const STATUS_WORDS = { queued: 'Waits', running: 'Runs', completed: 'Done', failed: 'Failed', cancelled: 'Cancelled' };
const DOTS = { queued: 'waiting', running: 'ok', completed: 'ok', failed: 'down', cancelled: 'absent' };

export function jobsCard(live) {
  const list = h('ul.paged');
  const trouble = h('div');
  const told = h('p.complaint', { role: 'alert' });
  const none = h('p.soft', { hidden: true }, 'Nothing was done in the background yet.');
  const start = (type, name) =>
    actionButton('button.button', name, () => act('/api/system/jobs', { job_type: type, params: {} }));
  const isOwner = live.me.role === 'admin';
  const starts = isOwner && h('div.choices', {}, start('backup', 'Back up now'), start('retention', 'Clean up now'));
  const element = h('section.card', { hidden: true }, h('h2', {}, 'Jobs'), trouble, none, list, starts, told);
  let isThere = true;
  let shown = '';

  async function refresh() {
    if (!isThere) return;
    try {
      const { items } = await get('/api/system/jobs', { query: { limit: LIMIT } });
      element.hidden = false;
      arrange(trouble, []);
      none.hidden = items.length > 0;
      const now = JSON.stringify(items);
      if (now !== shown) arrange(list, items.map(line));
      shown = now;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      isThere = ![403, 404].includes(problem.status);
      if (isThere) arrange(trouble, [notice('bad', problemWords(problem))]);
    }
  }

  async function act(path, body) {
    setText(told, '');
    try {
      await post(path, body);
    } catch (problem) {
      setText(told, problem.message);
    }
    refresh();
  }

  function line({ id, job_type: type, status, progress, current_step: step, error, created_at: at }) {
    return h(
      'li.paged-item',
      {},
      h(
        'p.part-head',
        {},
        h('span.part-name', {}, type.replaceAll('_', ' ')),
        h(
          'span.status',
          { 'data-status': DOTS[status] },
          h('span.status-dot', { 'aria-hidden': 'true' }),
          STATUS_WORDS[status] ?? status,
        ),
      ),
      status === 'running' && bar(progress / 100, `${progress} %`),
      h('p.soft.small', {}, [step, step && ' · ', time(at, 'ago')]),
      error && h('p.small', {}, error),
      isOwner && RUNNING.has(status) && h('div.choices', {}, cancelButton(id)),
    );
  }

  function cancelButton(id) {
    return actionButton('button.button', 'Cancel', () => act(`/api/system/jobs/${id}/cancel`));
  }

  return { element, refresh };
}
