// Work that failed too often: the owner decides whether it is tried again or dropped.

import { post, remove } from '../http.js';
import { h, setText } from '../dom.js';
import { time } from '../times.js';
import { pagedList } from './paged_list.js';

const KIND_WORDS = { upload: 'Upload', batch: 'Batch' };

export function deadLetters({ cameras, mayChange }) {
  const letters = pagedList({
    title: 'Given up',
    path: '/api/system/dead-letters',
    empty: 'None. What fails three times is put here, and waits for you.',
    line,
  });

  function line({ kind, id, camera_id: camera, error, attempts, at }) {
    const told = h('p.complaint', { role: 'alert' });
    const requeue = h(
      'button.button',
      { type: 'button', onclick: () => decide(() => post(`/api/system/dead-letters/${kind}/${id}/requeue`)) },
      'Try again',
    );
    const drop = h(
      'button.button.danger',
      { type: 'button', onclick: () => decide(() => remove(`/api/system/dead-letters/${kind}/${id}`)) },
      'Drop',
    );

    async function decide(act) {
      requeue.disabled = drop.disabled = true;
      setText(told, '');
      try {
        await act();
      } catch (problem) {
        setText(told, problem.message);
        requeue.disabled = drop.disabled = false;
      }
      letters.refresh();
    }

    return h(
      'li.paged-item',
      {},
      h('p.file-name', {}, `${KIND_WORDS[kind] ?? kind} ${id}`),
      h('p', {}, error ?? 'No reason is stored.'),
      h('p.soft.small', {}, cameras.name(camera), ` · tried ${attempts} times · `, time(at, 'ago')),
      mayChange && h('div.choices', {}, requeue, drop),
      told,
    );
  }

  return letters;
}
