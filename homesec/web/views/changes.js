// The log of changes: who did what, and whether its chain is whole.

import { get } from '../http.js';
import { h, setText } from '../dom.js';
import { actionButton } from '../parts.js';
import { time } from '../times.js';
import { pagedList } from './paged_list.js';

export function changesList() {
  const list = pagedList({ title: 'Changes', path: '/api/system/audit-logs', line, empty: 'Nothing was changed yet.' });
  const told = h('p.small', { role: 'status' });
  const check = actionButton('button.button', 'Check the chain', async () => {
    setText(told, 'Checking …');
    try {
      setText(told, sentence(await get('/api/system/audit-logs/verify')));
    } catch (problem) {
      setText(told, problem.message);
    }
  });
  list.element.append(h('div.choices', {}, check), told);
  return list;
}

function sentence({ ok, rows, broken_at: brokenAt, trimmed }) {
  if (!ok) return `The chain breaks at row ${brokenAt}: it was changed, or rows before it are gone.`;
  return `The chain is whole: ${rows} rows.${trimmed ? ' Older rows were cut off, and the anchor fits.' : ''}`;
}

function line({ timestamp, actor, action, resource_type: type, resource_id: id, ip, status, details }) {
  const facts = Object.keys(details).length ? JSON.stringify(details) : '';
  return h(
    'li.paged-item',
    {},
    h('p', {}, `${action} ${type.replaceAll('_', ' ')}${id ? ` ${id}` : ''}${status === 'ok' ? '' : ` (${status})`}`),
    h('p.soft.small', {}, [`${actor}${ip ? ` from ${ip}` : ''} · `, time(timestamp, 'ago')]),
    facts && h('p.soft.small', {}, h('code', {}, facts)),
  );
}
